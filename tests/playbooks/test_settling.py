"""Facts tick steps, as the jobs that follow them find out."""

import datetime

from django.utils import timezone

from huixiang.cases.actions import end, reopen, reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.playbooks import acting, following, telling
from huixiang.playbooks.models import PlaybookRun
from huixiang.themes.models import Theme
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories.rows import hours_ago, placed, towards, unstored
from tests.playbooks.opening import late_by, opened, run_of, states, steps


def follow(case: Case) -> int:
    return following.cases(workspace_id=case.workspace_id, case_ids=[case.id])


def test_an_answer_ticks_what_it_is_meant_for(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="yellow", said_at=hours_ago(1))
    reply(case=case, by=operator, text="谢谢您告诉我们，我来跟进", lane="private")
    assert follow(case) == 1
    now = steps(case)
    assert (now["contact"].state, now["thank"].state, now["details"].state) == ("done", "done", "active")
    assert (now["thank"].by_id, now["thank"].ended_at) == (None, case.turns.get(direction="outbound").at)
    assert follow(case) == 0
    ticked = Entry.objects.filter(name="playbooks.step_done", subject_id=case.id)
    told = [(one.data["kind"], one.data["fact"]) for one in ticked.order_by("id")]
    assert told == [("contact", True), ("thank", True)]


def test_two_answers_tick_what_began_between_them(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="blue", missing=[], said_at=hours_ago(1))
    acting.begin_step(row=steps(case)["offer"], by=operator)
    reply(case=case, by=operator, text="谢谢您", lane="private")
    reply(case=case, by=operator, text="这样就好了", lane="private")
    follow(case)
    assert {key: states(case)[key] for key in ("thank", "offer")} == {"thank": "done", "offer": "done"}


def test_complete_details_tick_even_what_has_not_begun(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="yellow")
    Feedback.objects.filter(case_id=case.id).update(facts={"version": "3.4.1"})
    follow(case)
    assert states(case)["details"] == "done"


def test_a_resolved_theme_ticks_the_fix_on_all_its_cases(app_channel: ChannelAccount, operator: Membership) -> None:
    said = [unstored(app_channel, by=name) for name in ("甲", "乙")]
    [theme, _same] = placed(app_channel, [towards(0)] * 2, *said)
    cases = opened(app_channel, 2, theme_id=theme.id)
    Theme.objects.filter(id=theme.id).update(status="fixed")
    following.themes(workspace_id=app_channel.workspace_id, theme_ids=[theme.id])
    assert [states(case)["fix"] for case in cases] == ["done", "done"]


def test_confirmed_stops_what_leads_there_and_leaves_what_follows(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="orange")
    end(case=case, state="confirmed", actor=SYSTEM)
    following.states(workspace_id=case.workspace_id, case_ids=[case.id])
    now = states(case)
    assert (now["verify"], now["call-back"], now["fix"], now["care"]) == ("stopped", "done", "done", "skipped")
    assert (now["announce"], run_of(case).ended_at) == ("active", None)
    acting.tick(row=steps(case)["announce"], by=operator)
    assert PlaybookRun.objects.get().end_reason == "complete"


def test_closed_ends_the_run_and_reopened_goes_on_where_it_stopped(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow")
    acting.tick(row=steps(case)["contact"], by=operator)
    end(case=case, state="closed", actor=SYSTEM, reason="成员撤回了")
    following.states(workspace_id=case.workspace_id, case_ids=[case.id])
    assert (PlaybookRun.objects.get().end_reason, states(case)["thank"]) == ("closed", "stopped")
    reopen(case=case, actor=SYSTEM)
    following.states(workspace_id=case.workspace_id, case_ids=[case.id])
    assert {key: states(case)[key] for key in ("contact", "thank", "verify")} == {
        "contact": "done", "thank": "active", "verify": "waiting",
    }  # fmt: skip
    assert run_of(case).end_reason == ""


def test_red_opens_its_room_and_tells_those_concerned(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="red")
    assert telling.remind() > 0
    now = states(case)
    assert (now["room"], now["inform-leads"], Room.objects.get().case_id) == ("done", "done", case.id)
    assert telling.remind() == 0
    told = Entry.objects.filter(name="playbooks.step_due", subject_id=case.id)
    assert {(one.data["kind"], one.data["membership_id"]) for one in told} == {
        ("room", str(operator.id)), ("inform", str(operator.id)),
    }  # fmt: skip


def test_informing_a_role_tells_everybody_who_has_it(
    app_channel: ChannelAccount, workspace: Workspace, operator: Membership
) -> None:
    people = {str(factories.membership(workspace, "product", name=name).id) for name in ("甲", "乙")}
    [case] = opened(app_channel, grade="orange")
    row = steps(case)["inform-product"]
    assert (row.role, row.owner_id) == ("product", None)
    telling.remind()
    told = Entry.objects.filter(name="playbooks.step_due", subject_id=case.id, data__kind="inform")
    assert {one.data["membership_id"] for one in told} == people
    assert states(case)["inform-product"] == "done"


def test_the_owner_is_told_when_a_quarter_of_the_time_is_left_and_late_once(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="red")
    row = steps(case)["contact"]
    assert row.begun_at
    assert row.due_at
    assert row.remind_at == row.begun_at + (row.due_at - row.begun_at) * 3 / 4
    late_by(row)
    assert (telling.note_late(), telling.note_late()) == (1, 0)
    assert states(case)["contact"] == "late"
    [entry] = Entry.objects.filter(name="playbooks.step_late")
    assert (entry.data["step"], entry.data["membership_id"]) == (str(row.id), str(operator.id))


def test_steps_of_who_left_fall_to_the_cases_owner(
    app_channel: ChannelAccount, operator: Membership, owner: Membership
) -> None:
    [case] = opened(app_channel)
    acting.hand(row=steps(case)["contact"], by=owner, to=operator)
    Membership.objects.filter(id=operator.id).update(left_at=timezone.now())
    assert following.let_go(workspace_id=case.workspace_id, membership_ids=[operator.id]) == 1
    assert steps(case)["contact"].owner_id is None


def test_due_counts_from_the_end_of_the_step_before(app_channel: ChannelAccount, operator: Membership) -> None:
    [case] = opened(app_channel, grade="red", missing=[])
    for key in ("room", "verify"):
        acting.tick(row=steps(case)[key], by=operator)
    fix, verify = steps(case)["fix"], steps(case)["verify"]
    assert fix.due_at == verify.ended_at + datetime.timedelta(days=1)  # type: ignore[operator]


def test_what_facts_have_done_is_not_late_even_when_no_job_told(
    app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow", said_at=hours_ago(1))
    reply(case=case, by=operator, text="谢谢您，我来跟进", lane="private")
    late_by(steps(case)["contact"])
    telling.note_late()
    assert (states(case)["contact"], Entry.objects.filter(name="playbooks.step_late").count()) == ("done", 0)
