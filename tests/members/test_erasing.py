"""Nothing that tells who somebody was, or what they said, is left anywhere; what was counted still counts."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Answer, Credit
from huixiang.announcements.queries import thanks
from huixiang.cases import actions as cases
from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.channels.webhooks.actions import open_endpoint
from huixiang.channels.webhooks.models import RefusedCall, WebhookDelivery
from huixiang.feedback.models import Feedback
from huixiang.intake.models import ImportRefusal, ImportRun, Message
from huixiang.journal import sealing
from huixiang.journal.events import Actor
from huixiang.members import actions, erasing
from huixiang.members.models import Consent, Erasure, Identity, Member
from huixiang.themes.actions import describe, vote
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, User
from tests import factories
from tests.factories import rows

NAME = "漠河守夜人"
EMAIL = "night.watch@mohe.example"
WORDS = "零下三十度停了一夜，早上按启动键没有反应，老人孩子在车里等了两小时救援"
LATER = "拖车师傅说低压电瓶亏电，第二天又打不着火"
ANSWER = "换了电瓶以后再没有趴窝过"
OUTSIDER = "u-outsider"
TEXT_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND (data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'tsvector')
        OR udt_name IN ('citext', 'tsvector'))
"""


def found_anywhere(*wanted: str) -> list[tuple[str, str, str]]:
    """Every column of the database in which one of these strings stands."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(TEXT_COLUMNS)
        for table, column in cursor.fetchall():
            for word in wanted:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE strpos("{column}"::text, %s) > 0',  # noqa: S608
                    [word],
                )
                if cursor.fetchone()[0]:
                    found.append((table, column, word))
    return found


@pytest.fixture
def story(operator: Membership, app_channel: ChannelAccount) -> dict[str, Any]:
    """Somebody with a feedback, a case, an answer, a vote, thanks by name, a login, and traces in others' words."""
    first = factories.inbound(WORDS, author_id=EMAIL, author_name=NAME, author_email=EMAIL)
    factories.received(app_channel, first, factories.inbound(WORDS.replace("两小时", "三小时"), author_id=OUTSIDER))
    member = Identity.objects.get(external_id=EMAIL).member
    user = User.objects.create_user(EMAIL, "a-long-password", name=NAME)
    Member.objects.filter(id=member.id).update(user=user)
    member.refresh_from_db()
    case = Case.objects.get(member=member)
    cases.reply(case=case, by=operator, text=f"{NAME}您好，让您和家人受冻了", lane="private")
    cases.note(case=case, by=operator, text=f"{NAME}脾气很好，要回访")
    factories.received(
        app_channel, factories.inbound(LATER, author_id=EMAIL, author_name=NAME, reply_to=first.external_id)
    )
    cases.regrade(case=case, grade="orange", reason=f"{NAME}已经拖车回家", actor=Actor("staff", operator.id))
    actions.give_consent(member=member, consent=Consent.NAME, actor=Actor("member", member.id))
    actions.note(member=member, by=operator, text=f"电话找{NAME}本人")
    other_theme = rows.theme(app_channel, 7, people=2)
    vote(theme=other_theme, member=member, given=True)
    theme = Theme.objects.get(id=case.theme_id)
    draft = announcements.resolve_and_draft(
        theme=theme, root_cause="自检耗电", fix="改为唤醒两次", fixed_in="3.4.2", by=operator
    )
    announcements.edit(draft=draft, by=operator, what_happened=f"{NAME}说：「{WORDS}」。我们很抱歉。")
    draft = announcements.publish(announcement=draft, by=operator)
    announcements.tell(announcement_id=draft.id)
    announcements.answer(announcement=draft, member=member, solved="yes", words=ANSWER)
    run = ImportRun.objects.create(
        workspace=operator.workspace, account=app_channel, file_name="a.csv", path="", total=1
    )
    ImportRefusal.objects.create(
        workspace=operator.workspace, run=run, row=2, reason="坏日期", excerpt=f"{NAME},{EMAIL}"
    )
    describe(theme=theme, actor=Actor("staff", operator.id), summary=f"{NAME}等人的车趴窝")
    endpoint, _secret = open_endpoint(
        workspace=operator.workspace, name="数据仓库", url="https://1.1.1.1/", wanted=["case.opened"], personal=True,
        actor=Actor("staff", operator.id),
    )  # fmt: skip
    said = Feedback.objects.filter(member=member).first()
    data = {"id": str(said.id if said else ""), "title": WORDS[:20], "text": WORDS, "member": NAME, "kind": "defect"}
    payload = {"type": "feedback.kept", "timestamp": "2026-11-22T08:00:01+08:00", "data": data}
    WebhookDelivery.objects.create(
        workspace=operator.workspace, endpoint=endpoint, message_id="msg_1", event="feedback.found", payload=payload
    )
    RefusedCall.objects.create(workspace=operator.workspace, account=app_channel, reason="坏", excerpt=f"来自{NAME}")
    return {"member": member, "case": case, "theme": theme, "announcement": draft, "other_theme": other_theme}


def figures(theme: Theme) -> tuple[Any, ...]:
    theme.refresh_from_db()
    return (
        theme.feedback_count,
        theme.people_count,
        theme.vote_count,
        theme.worst_grade,
        theme.impact,
        theme.first_seen,
    )


def later(days: int, hours: int = 0) -> None:
    Erasure.objects.update(due_at=timezone.now() + datetime.timedelta(days=15 - days, hours=-hours))


SECRETS = (NAME, EMAIL, "受冻", "等了两小时救援", "低压电瓶亏电", "没有趴窝过", "拖车回家", "脾气很好")


def test_the_story_stands_in_many_places(story: dict[str, Any]) -> None:
    assert len({table for table, _column, _word in found_anywhere(*SECRETS)}) >= 13


def test_nothing_is_left_after_fifteen_days_and_what_counted_counts(story: dict[str, Any]) -> None:
    member, theme = story["member"], story["theme"]
    before = figures(theme), figures(story["other_theme"])
    erasing.ask(member=member, actor=Actor("member", member.id))
    later(15, 1)
    assert erasing.finish_due() == 1
    assert found_anywhere(*SECRETS) == []
    assert (figures(theme), figures(story["other_theme"])) == before
    member.refresh_from_db()
    assert (member.name, member.email, member.user_id) == ("", "", None)
    assert member.erased_at is not None
    assert not User.objects.filter(email=EMAIL).exists()


def test_during_the_fifteen_days_it_is_hidden_everywhere_but_where_one_logs_in(story: dict[str, Any]) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    left = {(table, column) for table, column, _word in found_anywhere(*SECRETS)}
    assert left == {
        ("workspaces_user", "email"), ("workspaces_user", "name"), ("members_identity", "external_id"),
        ("intake_message", "author_id"),
    }  # fmt: skip


def test_what_others_said_stays(story: dict[str, Any]) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    later(15, 1)
    erasing.finish_due()
    outsider = Identity.objects.get(external_id=OUTSIDER).member
    assert Feedback.objects.get(member=outsider).text == WORDS.replace("两小时", "三小时")


def snapshot() -> dict[str, Any]:
    """Every row of every table of ours but what the asking itself writes."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            ours = table.split("_")[0] in {
                "intake",
                "feedback",
                "themes",
                "cases",
                "triage",
                "announcements",
                "channels",
            }
            if ours or table in {"members_member", "members_identity", "members_membernote", "journal_words"}:
                cursor.execute(f"SELECT to_jsonb(t) - 'search' FROM \"{table}\" t")  # noqa: S608
                found[table] = sorted(str(row[0]) for row in cursor.fetchall())
    return found


def test_taken_back_everything_is_as_it_was(story: dict[str, Any]) -> None:
    before = snapshot()
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    assert snapshot() != before
    erasing.undo(member=story["member"], actor=Actor("member", story["member"].id))
    after = snapshot()
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    assert sealing.verify(story["member"].workspace_id).faults == []


def test_after_the_days_it_cannot_be_taken_back(story: dict[str, Any]) -> None:
    member = story["member"]
    erasing.ask(member=member, actor=Actor("member", member.id))
    later(15, 1)
    erasing.finish_due()
    with pytest.raises(erasing.Refused):
        erasing.undo(member=member, actor=Actor("member", member.id))
    assert sealing.verify(member.workspace_id).faults == []


def test_before_the_days_are_over_nobody_is_erased(story: dict[str, Any]) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    later(14)
    assert erasing.finish_due() == 0
    story["member"].refresh_from_db()
    assert story["member"].erased_at is None


def test_asked_twice_it_is_one_wish_and_run_twice_one_erasure(story: dict[str, Any]) -> None:
    actor = Actor("member", story["member"].id)
    first = erasing.ask(member=story["member"], actor=actor)
    assert erasing.ask(member=story["member"], actor=actor).id == first.id
    later(15, 1)
    assert [erasing.finish_due(), erasing.finish_due()] == [1, 0]


def test_killed_in_the_middle_it_is_done_by_the_next_run(
    story: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    later(15, 1)
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "_forget_login", lambda _who: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasing.finish_due()
    assert Identity.objects.filter(external_id=EMAIL).exists()
    assert erasing.finish_due() == 1
    assert found_anywhere(*SECRETS) == []


def test_what_was_on_its_way_is_not_sent_and_waits_again_when_taken_back(story: dict[str, Any]) -> None:
    waiting = Delivery.objects.filter(recipient_member_id=story["member"].id, state="queued")
    assert waiting.count() == 2
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    assert waiting.count() == 0
    erasing.undo(member=story["member"], actor=Actor("member", story["member"].id))
    assert waiting.count() == 2


def test_nothing_new_is_sent_to_who_is_being_erased(story: dict[str, Any], operator: Membership) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    with pytest.raises(erasing.Refused):
        cases.reply(case=story["case"], by=operator, text="您好", lane="private")


def test_what_is_said_during_the_days_goes_too(story: dict[str, Any], app_channel: ChannelAccount) -> None:
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    factories.received(app_channel, factories.inbound(factories.RUDE_SERVICE, author_id=EMAIL, author_name=NAME))
    later(15, 1)
    erasing.finish_due()
    assert found_anywhere(*SECRETS, factories.RUDE_SERVICE[:8]) == []


def test_thanks_become_thanks_to_a_member(story: dict[str, Any]) -> None:
    assert NAME in [shown.name for shown in thanks(story["announcement"])[0]]
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    assert NAME not in [shown.name for shown in thanks(story["announcement"])[0]]
    assert Credit.objects.filter(member=story["member"]).count() == 1
    assert Answer.objects.get(member=story["member"]).solved == "yes"


def test_who_is_staff_keeps_the_login(story: dict[str, Any]) -> None:
    user = User.objects.get(email=EMAIL)
    Membership.objects.create(workspace=story["member"].workspace, user=user, role="viewer")
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    later(15, 1)
    erasing.finish_due()
    assert User.objects.filter(email=EMAIL).exists()


def test_turns_and_messages_are_empty_not_gone(story: dict[str, Any]) -> None:
    turns = Turn.objects.filter(case=story["case"]).count()
    erasing.ask(member=story["member"], actor=Actor("member", story["member"].id))
    assert Turn.objects.filter(case=story["case"], text="").count() == turns
    assert set(Message.objects.filter(member=story["member"]).values_list("text", flat=True)) == {""}
