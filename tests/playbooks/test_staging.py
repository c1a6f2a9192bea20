"""Steps move the stage of the case: verifying while somebody verifies, offered once a solution was."""

import pytest

from huixiang.cases import stages
from huixiang.cases.actions import end, reopen, reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.playbooks import acting
from huixiang.workspaces.models import Membership
from tests.factories.jobs import run_waiting
from tests.playbooks.opening import opened, steps


@pytest.fixture
def yellow(app_channel: ChannelAccount, operator: Membership) -> Case:
    """Answered, nothing missing: contact and thank are done by the answer, then it is verified."""
    [case] = opened(app_channel, grade="yellow", missing=[])
    reply(case=case, by=operator, text="谢谢您告诉我们，我来跟进", lane="private")
    return case


def stage(case: Case) -> str:
    return str(Case.objects.values_list("stage", flat=True).get(id=case.id))


def told(case: Case) -> list[tuple[str, str, object, str]]:
    rows = Entry.objects.filter(subject_id=case.id, name="cases.stage_changed").order_by("id")
    return [(one.data["before"], one.data["after"], one.data["by_hand"], one.actor_kind) for one in rows]


def test_verifying_that_begins_by_itself_moves_the_stage_and_a_solution_that_is_offered_leads_on(
    yellow: Case, operator: Membership
) -> None:
    run_waiting()
    assert (stage(yellow), steps(yellow)["verify"].state) == ("verifying", "active")
    assert Case.objects.get(id=yellow.id).stage_at.keys() >= {"contacted", "verifying"}
    acting.tick(row=steps(yellow)["verify"], by=operator, note="复现了")
    assert stage(yellow) == "verifying"  # nothing is offered yet
    acting.skip(row=steps(yellow)["inform-product"], by=operator, reason="已当面说过")
    acting.tick(row=steps(yellow)["offer"], by=operator)
    assert told(yellow) == [
        ("contacting", "contacted", False, "staff"), ("contacted", "verifying", False, "system"),
        ("verifying", "offered", False, "staff"),
    ]  # fmt: skip


def test_whoever_begins_it_by_hand_has_it_at_once_and_no_later_stage_goes_back(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    here, there = opened(app_channel, 2, grade="yellow")
    acting.begin_step(row=steps(here)["verify"], by=operator)
    assert (stage(here), told(here)) == ("verifying", [("contacting", "verifying", False, "staff")])
    stages.move(case=there, stage="offered", actor=Actor("staff", operator.id))
    acting.begin_step(row=steps(there)["verify"], by=operator)
    acting.tick(row=steps(there)["verify"], by=operator)
    assert stage(there) == "offered"


def test_a_case_nobody_wrote_to_stays_to_be_contacted_until_somebody_did(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    [red] = opened(app_channel, grade="red", missing=[])
    run_waiting()
    assert (steps(red)["verify"].state, stage(red)) == ("active", "contacting")
    reply(case=red, by=operator, text="您和家人都安全吗？", lane="private")
    run_waiting()
    assert stage(red) == "verifying"


def test_what_a_person_said_after_the_step_holds_and_so_does_reopening(yellow: Case, operator: Membership) -> None:
    run_waiting()
    stages.move(case=yellow, stage="listening", actor=Actor("staff", operator.id))
    reply(case=yellow, by=operator, text="还想再问一句", lane="private")
    run_waiting()
    assert stage(yellow) == "listening"
    acting.tick(row=steps(yellow)["verify"], by=operator)
    assert stage(yellow) == "verifying"  # pressed after it
    end(case=Case.objects.get(id=yellow.id), state="solved", actor=SYSTEM)
    run_waiting()
    reopen(case=Case.objects.get(id=yellow.id), actor=SYSTEM)
    run_waiting()
    assert stage(yellow) == "listening"
