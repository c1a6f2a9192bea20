"""A real server that speaks as a model does stands on this machine; nothing is pretended between it and the product."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.triage.models import Correction, LanguageModel, Opinion
from huixiang.triage.opinions import actions, asking, summaries
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.engine.language_model import FakeModel, failing, running, saying
from tests.factories import rows
from tests.factories.jobs import run_waiting, waiting

GRAVE = {"severity": 4, "kind": "defect", "reason": "行驶中断电，涉及安全"}
PRIVATE = "我叫阿澈，电话 13812345678，微信邮箱 ache@example.com，车牌 沪A12345，"


@pytest.fixture
def server() -> Iterator[FakeModel]:
    with running() as found:
        found.replies = [saying(GRAVE)]
        yield found


@pytest.fixture
def model(server: FakeModel, workspace: Workspace, settings: Any) -> LanguageModel:
    settings.LLM_PRIVATE_HOSTS = ["127.0.0.1"]
    return _set_up(workspace, server)


def _set_up(workspace: Workspace, server: FakeModel, **changed: Any) -> LanguageModel:
    wanted: dict[str, Any] = {
        "on": True, "base_url": server.base_url, "name": "small", "key": "sk-secret", "seconds": 5, "most_calls": 100,
        "most_tokens": 10_000, "uses": asking.USES, "actor": SYSTEM,
    }  # fmt: skip
    return asking.set_up(workspace=workspace, **{**wanted, **changed})


def _ask(workspace: Workspace, use: str = "opinions") -> int:
    return asking.ask(workspace_id=workspace.id, use=use, system="", user="打不着火", form=actions.Judged).severity


def _doubtful(account: ChannelAccount) -> Feedback:
    """An orange the engine is not sure of."""
    feedback = factories.feedback(account, PRIVATE + factories.COLD_START)
    scores = [0.0, 0.0, 0.2, 0.5, 0.3]
    Feedback.objects.filter(id=feedback.id).update(grade="orange", severity=3, severity_scores=scores)
    feedback.refresh_from_db()
    return feedback


def test_without_one_nothing_is_asked_and_nothing_is_missing(app_channel: ChannelAccount) -> None:
    assert actions.doubtful(_doubtful(app_channel))
    assert "triage.second_opinions" not in waiting()
    with pytest.raises(Refused, match="没有"):
        _ask(app_channel.workspace)


def test_what_is_doubtful_is_asked_about_later(
    model: LanguageModel, app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SURE", 1.1)  # nothing is sure
    feedback = factories.feedback(app_channel)
    assert run_waiting().count("triage.second_opinions") == 1
    opinion = Opinion.objects.get(feedback=feedback)
    assert (opinion.severity, opinion.reason, opinion.model) == (4, GRAVE["reason"], "small")
    feedback.refresh_from_db()
    assert opinion.agrees == (feedback.severity == 4)


def test_only_masked_words_leave(model: LanguageModel, server: FakeModel, app_channel: ChannelAccount) -> None:
    feedback = _doubtful(app_channel)
    case = Case.objects.get(id=feedback.case_id)
    actions.give_opinions(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id])
    server.replies = [saying({"text": "谢谢您告诉我们，给您添麻烦了。"})]
    actions.draft(case)
    server.replies = [saying({"summary": "低温停放一夜后无法启动"})]
    actions.summarise(Theme.objects.get(id=feedback.theme_id))
    assert len(server.asked) == 3
    said = server.said()
    for secret in ("13812345678", "ache@example.com", "沪A12345", "12345，", case.member.name, "sk-secret"):
        assert secret not in said
    assert said.count("按启动键没有反应") == 3


def test_it_changes_nothing_until_a_person_takes_it(
    model: LanguageModel, app_channel: ChannelAccount, operator: Membership
) -> None:
    feedback = _doubtful(app_channel)
    assert actions.give_opinions(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id]) == 1
    opinion = Opinion.objects.get()
    feedback.refresh_from_db()
    assert (feedback.grade, feedback.severity, opinion.grade, opinion.agrees) == ("orange", 3, "red", False)
    actions.accept(opinion=opinion, by=operator)
    feedback.refresh_from_db()
    assert (feedback.grade, feedback.severity) == ("red", 4)
    row = Correction.objects.get(subject_id=feedback.id, field="severity")
    assert (row.before, row.after, row.by, row.reason) == ("3", "4", operator, "small 的第二意见")
    with pytest.raises(Refused):
        actions.put_aside(opinion=opinion, by=operator)
    [settled] = Entry.objects.filter(name="triage.opinion_settled").values_list("data", flat=True)
    assert settled == {"opinion_id": str(opinion.id), "accepted": True}


def test_asked_once_and_forgotten_with_the_feedback(
    model: LanguageModel, server: FakeModel, app_channel: ChannelAccount
) -> None:
    feedback = _doubtful(app_channel)
    for _twice in range(2):
        actions.give_opinions(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id])
    assert len(server.asked) == 1
    remove(feedback=feedback, reason="应本人要求", actor=SYSTEM)
    run_waiting()
    assert Opinion.objects.get().reason == ""


def test_themes_are_summed_up_where_no_person_did_and_nobody_else_reads_it(
    model: LanguageModel, server: FakeModel, app_channel: ChannelAccount
) -> None:
    themes = [rows.theme(app_channel, axis, people=3) for axis in range(4)]
    machine, person, public, small = themes
    Theme.objects.filter(id=machine.id).update(summary="停了一夜打不着火", summary_by="machine")
    Theme.objects.filter(id=person.id).update(summary="人写的", summary_by="")
    Theme.objects.filter(id=public.id).update(public=True)
    Theme.objects.filter(id=small.id).update(people_count=2)
    server.replies = [saying({"summary": "低温停放一夜后无法启动，打 13812345678"})]
    assert (summaries.workspaces(), summaries.sum_up_workspace(model.workspace_id)) == ([model.workspace_id], 1)
    machine.refresh_from_db()
    assert (machine.summary, machine.summary_by) == ("低温停放一夜后无法启动，打 138****5678", "llm")
    assert Theme.objects.get(id=person.id).summary == "人写的"
    assert summaries.sum_up_workspace(model.workspace_id) == 0  # once is enough


def test_the_breaker_opens_and_one_question_decides(
    model: LanguageModel, server: FakeModel, workspace: Workspace
) -> None:
    server.replies = [failing(500)]
    for _failure in range(asking.FAILURES):
        with pytest.raises(Refused, match="连不上"):
            _ask(workspace)
    with pytest.raises(Refused, match="过几分钟"):
        _ask(workspace)
    assert len(server.asked) == asking.FAILURES
    model.refresh_from_db()
    assert (model.failures, model.trouble) == (asking.FAILURES, "unreachable")
    LanguageModel.objects.update(open_until=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(Refused, match="连不上"):  # half open, and it fails again
        _ask(workspace)
    with pytest.raises(Refused, match="过几分钟"):
        _ask(workspace)
    LanguageModel.objects.update(open_until=timezone.now() - datetime.timedelta(seconds=1))
    server.replies = [saying(GRAVE)]
    assert [_ask(workspace), _ask(workspace)] == [4, 4]
    model.refresh_from_db()
    assert (model.failures, model.open_until) == (0, None)


def test_more_than_a_job_asks_for_are_left_to_another(
    model: LanguageModel, app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    said = [factories.feedback(app_channel, text) for text in (factories.COLD_START, factories.BLACK_SCREEN)]
    actions.give_opinions(workspace_id=model.workspace_id, feedback_ids=[one.id for one in said])
    assert Opinion.objects.count() == 1
    run_waiting()
    assert Opinion.objects.count() == 2


@pytest.mark.parametrize(
    ("limits", "answered"), [({"most_calls": 2}, 2), ({"most_tokens": 60}, 2), ({"most_calls": 0}, 0)]
)
def test_the_budget_of_the_month_holds(
    limits: dict[str, int], answered: int, model: LanguageModel, server: FakeModel, workspace: Workspace
) -> None:
    _set_up(workspace, server, key=None, **limits)
    for _question in range(answered):
        _ask(workspace)
    with pytest.raises(Refused, match="预算"):
        _ask(workspace)
    LanguageModel.objects.update(month=datetime.date(2020, 1, 1))
    assert len(server.asked) == answered
    if answered:
        assert _ask(workspace) == 4  # a new month


def test_each_use_is_allowed_by_itself(model: LanguageModel, server: FakeModel, workspace: Workspace) -> None:
    _set_up(workspace, server, key=None, uses=["drafts"])
    assert _ask(workspace, "drafts") == 4
    with pytest.raises(Refused):
        _ask(workspace)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "https://localhost/v1", "http://1.1.1.1/v1", "ftp://x"])
def test_an_address_inside_is_refused_unless_the_server_allows_it(
    address: str, server: FakeModel, workspace: Workspace, settings: Any
) -> None:
    settings.LLM_PRIVATE_HOSTS, settings.WEBHOOK_PRIVATE_HOSTS = [], ["127.0.0.1"]
    with pytest.raises(Refused):
        _set_up(workspace, server, base_url=address)
    assert not LanguageModel.objects.exists()


def test_another_address_forgets_the_key_and_the_key_rests_encrypted(
    model: LanguageModel, server: FakeModel, workspace: Workspace
) -> None:
    assert "sk-secret" not in model.key
    _ask(workspace)
    _set_up(workspace, server, key=None, base_url=f"{server.base_url}/")
    _ask(workspace)
    _set_up(workspace, server, key=None, base_url=server.base_url.replace("/v1", "/v2"))
    assert server.keys == ["Bearer sk-secret"] * 2
    assert LanguageModel.objects.get().key == ""


def test_the_settings_page_keeps_tests_and_shows_the_trouble(
    server: FakeModel, owner: Membership, client_of: Callable[[Membership], Client], settings: Any
) -> None:
    settings.LLM_PRIVATE_HOSTS = ["127.0.0.1"]
    client, page = client_of(owner), f"/w/{owner.workspace.slug}/settings/llm/"
    form = {"on": "on", "base_url": server.base_url, "name": "small", "key": "sk-secret", "seconds": "5",
            "most_calls": "50", "most_tokens": "900", "uses": ["drafts"]}  # fmt: skip
    assert client.post(f"{page}save/", form).status_code == 302
    row = LanguageModel.objects.get()
    assert (row.on, row.for_drafts, row.for_opinions, row.most_tokens) == (True, True, False, 900)
    server.replies = [saying({"answer": "ready"})]
    assert "毫秒" in client.post(f"{page}try/", follow=True).content.decode()
    server.replies = [failing(401)]
    shown = client.post(f"{page}try/", {"next": page}, follow=True).content.decode()
    assert shown.count("它不接受这个密钥。") == 2  # as the message, and as its last trouble
    assert "sk-secret" not in shown
    told = Entry.objects.filter(name="triage.language_model_changed").values_list("data", flat=True)
    assert list(told) == [{"what": "on", "uses": ["drafts"]}]


def test_a_draft_is_offered_only_where_it_may_be_asked_for(
    model: LanguageModel, server: FakeModel, case: Case, operator: Membership,
    client_of: Callable[[Membership], Client],
) -> None:  # fmt: skip
    client, page = client_of(operator), f"/w/{operator.workspace.slug}/cases/{case.id}/"
    assert client.get(page).content.decode().count("替我拟稿") == 1
    server.replies = [saying({"text": "谢谢您，打 13812345678 找我们"})]
    drafted = client.post(f"{page}draft/", headers={"HX-Request": "true"}).content.decode()
    assert ("机器草稿" in drafted, "138****5678" in drafted, "13812345678" in drafted) == (True, True, False)
    server.replies = [saying("不会")]
    refused = client.post(f"{page}draft/", headers={"HX-Request": "true"})
    assert (refused.status_code, refused.content.decode()) == (409, "它的回答不是要求的格式。")
    LanguageModel.objects.update(on=False)
    assert client.get(page).content.decode().count("替我拟稿") == 0


def test_an_opinion_stands_on_the_case_and_is_taken_there(
    model: LanguageModel, app_channel: ChannelAccount, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    feedback = _doubtful(app_channel)
    actions.give_opinions(workspace_id=feedback.workspace_id, feedback_ids=[feedback.id])
    client, page = client_of(operator), f"/w/{operator.workspace.slug}/cases/{feedback.case_id}/"
    assert client.get(page).content.decode().count("第二意见") == 1
    settle = f"/w/{operator.workspace.slug}/opinions/{Opinion.objects.get().id}/settle/"
    assert client.post(settle, {"act": "accept"}).status_code == 302
    assert Opinion.objects.get().settled_by == operator
    assert client.post(settle, {"act": "accept"}, headers={"HX-Request": "true"}).status_code == 409
