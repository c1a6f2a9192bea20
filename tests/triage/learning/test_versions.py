import re

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.cli.main import main
from huixiang.engine import MODEL_VERSION
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.triage.actions import keep_as_feedback
from huixiang.triage.learned import LearnedVersion
from huixiang.triage.learning import versions
from huixiang.triage.learning.gathering import gathered
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import ago
from tests.factories.jobs import run_waiting
from tests.triage.learning.conftest import corrected, said

NEW = "这个雨刷直接蚌埠住了"


def made(workspace: Workspace, by: Membership) -> LearnedVersion:
    version = versions.ask(workspace=workspace, by=by)
    assert "triage.learn" in run_waiting()
    version.refresh_from_db()
    return version


def told() -> list[dict[str, object]]:
    return list(Entry.objects.filter(name="triage.version_switched_on").order_by("id").values_list("data", flat=True))


def test_from_corrections_to_what_is_read_and_back(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership, taught: list[Feedback]
) -> None:
    before = factories.feedback(app_channel, factories.RUDE_SERVICE)
    version = made(workspace, operator)
    assert (version.state, version.number, version.learned_from + version.held_back) == ("candidate", 1, len(taught))
    figures = {one["question"]: one for one in version.figures["corrections"]}
    assert set(figures) == {"gate", "kind", "sentiment", "severity"}
    assert (figures["severity"]["after"], figures["severity"]["count"]) == (version.held_back, version.held_back)
    assert figures["severity"]["before"] < version.held_back
    assert [one["question"] for one in version.figures["base"] if one["gain"] < -0.005] == []
    versions.switch_on(version=version, by=operator)
    after = factories.feedback(app_channel, NEW + "，求个说法")
    assert (after.kind, after.sentiment, after.model_version) == ("complaint", -1, f"{MODEL_VERSION}+1")
    assert {one["version"] for one in Message.objects.get(feedback_id=after.id).findings} == {f"{MODEL_VERSION}+1"}
    before.refresh_from_db()
    assert before.model_version == MODEL_VERSION  # what is read already stays as it is
    assert versions.go_back(workspace=workspace, by=operator) is None
    factories.received(app_channel, factories.inbound(NEW + "啊啊"))
    assert Message.objects.latest("received_at").findings[0]["version"] == MODEL_VERSION
    assert told() == [{"before": 0, "after": 1}, {"before": 1, "after": 0}]


def test_what_would_change_is_counted_and_what_a_person_said_stays(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership, taught: list[Feedback]
) -> None:
    [other] = said(app_channel, [NEW])
    factories.received(app_channel, factories.inbound("今天蚌埠住了"))
    left_out = Message.objects.filter(state="noise").count()
    version = made(workspace, operator)
    changed = {one.subject_id: one for one in version.changes.all()}
    assert other.id in changed
    assert not {one.id for one in taught} & set(changed)
    assert version.effects["feedbacks"] == len(taught) + 1
    assert version.effects["left_out"] == left_out == 1
    assert version.effects["changed"] == len(changed)


def test_one_step_back_leads_to_the_version_before(
    workspace: Workspace, operator: Membership, taught: list[Feedback]
) -> None:
    first = versions.switch_on(version=made(workspace, operator), by=operator)
    second = made(workspace, operator)
    assert (second.number, second.compared_with_id) == (2, first.id)
    versions.switch_on(version=second, by=operator)
    assert versions.go_back(workspace=workspace, by=operator) == first
    states = list(LearnedVersion.objects.order_by("number").values_list("state", flat=True))
    assert states == ["active", "retired"]
    assert versions.go_back(workspace=workspace, by=operator, to_base=True) is None
    with pytest.raises(Refused):
        versions.go_back(workspace=workspace, by=operator)
    assert told()[-2:] == [{"before": 2, "after": 1}, {"before": 1, "after": 0}]


def test_a_version_of_other_models_does_not_read(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership, taught: list[Feedback]
) -> None:
    version = versions.switch_on(version=made(workspace, operator), by=operator)
    LearnedVersion.objects.update(base_version="2020.01-1")
    assert factories.feedback(app_channel, factories.COLD_START).model_version == MODEL_VERSION
    versions.go_back(workspace=workspace, by=operator)
    with pytest.raises(Refused):
        versions.switch_on(version=version, by=operator)


def test_too_few_corrections_are_refused_in_words(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership
) -> None:
    corrected(said(app_channel, [factories.COLD_START, factories.RUDE_SERVICE]), operator, kind="defect")
    with pytest.raises(Refused) as refused:
        versions.ask(workspace=workspace, by=operator)
    assert re.findall(r"\d+", str(refused.value.sentence)) == ["2", "30"]
    assert LearnedVersion.objects.count() == 0


def test_one_is_made_at_a_time_and_a_killed_one_is_made_again(
    workspace: Workspace, operator: Membership, taught: list[Feedback]
) -> None:
    version = versions.ask(workspace=workspace, by=operator)
    with pytest.raises(Refused):
        versions.ask(workspace=workspace, by=operator)
    LearnedVersion.objects.update(state="learning", step="fitting", asked_at=ago(hours=3))
    assert versions.ask(workspace=workspace, by=operator).number == 2  # the first was killed for good
    LearnedVersion.objects.filter(number=2).delete()
    LearnedVersion.objects.update(state="learning", step="fitting")
    assert versions.make(version.id).state == "candidate"
    assert versions.make(version.id).state == "candidate"
    Correction.objects.update(undone_at="2026-01-01T00:00:00Z")
    LearnedVersion.objects.update(state="learning")
    assert versions.make(version.id).state == "failed"  # people took them back meanwhile
    assert LearnedVersion.objects.get().error != ""


def test_examples_hold_the_latest_word_of_what_is_still_there(
    workspace: Workspace, app_channel: ChannelAccount, operator: Membership
) -> None:
    first, gone, foreign = said(app_channel, [factories.COLD_START, factories.RUDE_SERVICE, "Il ne démarre pas"])
    corrected([first, gone, foreign], operator, kind="question")
    corrected([first], operator, kind="spam", sentiment="0")
    Feedback.objects.filter(id=gone.id).update(removed_at="2026-01-01T00:00:00Z", text="")
    factories.received(app_channel, factories.inbound(factories.CHATTER))
    keep_as_feedback(message=Message.objects.get(), by=operator)
    by_text = {one.text: one.answers for one in gathered(workspace.id)}
    assert by_text == {
        factories.COLD_START: {"kind": "spam", "gate": "0", "sentiment": "0"},
        factories.CHATTER: {"gate": "1"},
    }


def test_the_command_tells_what_is_wrong(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huixiang.cli.django_start.start", lambda: None)
    assert main(["train"]) == 2
    assert main(["train", "--workspace", "nowhere"]) == 2
    assert "there is no workspace nowhere" in capsys.readouterr().err


def test_the_command_prints_how_the_candidate_compares(
    workspace: Workspace,
    taught: list[Feedback],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huixiang.cli.django_start.start", lambda: None)
    assert main(["train", "--workspace", workspace.slug]) == 0
    version = LearnedVersion.objects.get()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Version 1: learned from {version.learned_from} corrected texts, {version.held_back} held back."
    assert len([line for line in lines if line.endswith(f"n={version.held_back}")]) == 4
    assert (version.state, version.by) == ("candidate", None)
