"""Steering the bot in the desk, and answering into a group."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.models import Case, Turn
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.groupbot.actions import change
from huixiang.groupbot.manner import Manner, manner_of
from huixiang.groupbot.models import Group
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.jobs import run_waiting

HTMX = {"HX-Request": "true"}
FORM = {
    "on": "on", "tone": "lively", "asks": "on", "quiet_from": "23:00", "quiet_until": "07:30", "silent_hours": "4",
    "ignores": "群管家\nbot-7\n\n", "shown_tone": "lively", "words-received": "{name} 收到 {title} {link}",
}  # fmt: skip


@pytest.fixture
def told(app_channel: ChannelAccount) -> Case:
    """A case told in a group whose bot is on."""
    change(account=app_channel, manner=Manner(on=True, quiet_from="00:00", quiet_until="00:00"), actor=SYSTEM)
    case = factories.case(app_channel, group="北辰车主群", thread="g1", author_id="u1")
    run_waiting()
    return case


def test_settings_are_kept(at: Callable[..., str], told: Case, as_owner: Client) -> None:
    as_owner.post(at("settings_bot_save", slug="owners-app"), FORM)
    manner = manner_of(ChannelAccount.objects.get(id=told.account_id))
    assert manner == Manner(
        on=True, tone="lively", asks=True, quiet_from="23:00", quiet_until="07:30", night_answers=False,
        silent_hours=4, ignores=("群管家", "bot-7"), words={"lively": {"received": "{name} 收到 {title} {link}"}},
    )  # fmt: skip
    page = as_owner.get(at("settings_bot")).content.decode()
    assert "{name} 收到 {title} {link}" in page
    assert "北辰车主群" in page


@pytest.mark.parametrize(
    "wrong",
    [{"tone": "rude"}, {"quiet_from": "25:00"}, {"silent_hours": "x"}, {"words-received": "{secret}"},
     {"words-notice": "我们什么都记"}],
)  # fmt: skip
def test_what_makes_no_sense_is_told_and_changes_nothing(
    wrong: dict[str, str], at: Callable[..., str], told: Case, as_owner: Client
) -> None:
    before = manner_of(ChannelAccount.objects.get(id=told.account_id))
    answer = as_owner.post(at("settings_bot_save", slug="owners-app"), FORM | wrong, headers=HTMX)
    assert answer.status_code == 409
    assert manner_of(ChannelAccount.objects.get(id=told.account_id)) == before


def test_without_groups_the_page_says_what_to_do(
    at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    assert "还没有收到过群消息" in as_owner.get(at("settings_bot")).content.decode()
    assert as_owner.post(at("settings_bot_save", slug="owners-app"), FORM).status_code == 404


def test_the_page_costs_the_same_with_many_groups(
    at: Callable[..., str], told: Case, as_owner: Client, app_channel: ChannelAccount,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    words = [factories.inbound("早", group=f"群{place}", thread=f"g-{place}") for place in range(5)]
    factories.received(app_channel, *words)
    run_waiting()
    as_owner.get(at("settings_bot"))
    with django_assert_num_queries(7):
        page = as_owner.get(at("settings_bot"))
    assert page.content.decode().count('name="act" value="take"') == 6


def test_taking_over_and_handing_back_from_the_case(at: Callable[..., str], told: Case, as_operator: Client) -> None:
    address = at("bot_group", conversation_id=told.conversation_id)
    page = as_operator.get(at("case", case_id=told.id)).content.decode()
    assert "由我接管" in page
    as_operator.post(address, {"act": "take", "next": at("case", case_id=told.id)})
    assert Group.objects.get(conversation=told.conversation).taken_at is not None
    page = as_operator.get(at("case", case_id=told.id)).content.decode()
    assert "知夏接管了「北辰车主群」" in page
    as_operator.post(address, {"act": "back"})
    assert Group.objects.get(conversation=told.conversation).taken_at is None
    told_of = Entry.objects.filter(name__startswith="groupbot.").order_by("id").values_list("name", flat=True)
    assert list(told_of)[-2:] == ["groupbot.taken_over", "groupbot.handed_back"]
    assert as_operator.post(address, {"act": "dance"}, headers=HTMX).status_code == 409


def test_the_notice_is_said_when_asked_for(at: Callable[..., str], told: Case, as_operator: Client) -> None:
    before = Delivery.objects.filter(purpose="bot").count()
    as_operator.post(at("bot_group", conversation_id=told.conversation_id), {"act": "notice"})
    assert Delivery.objects.filter(purpose="bot").count() == before + 1


def test_the_composer_says_that_the_group_reads_it(at: Callable[..., str], told: Case, as_operator: Client) -> None:
    page = as_operator.get(at("case", case_id=told.id)).content.decode()
    assert "发到群「北辰车主群」，群里的人都能看到" in page
    as_operator.post(at("case_reply", case_id=told.id), {"text": "已经在查了", "lane": "public"})
    turn = Turn.objects.get(direction="outbound")
    assert turn.lane == "group"
    assert turn.delivery is not None
    assert turn.delivery.into_group
    page = as_operator.get(at("case", case_id=told.id)).content.decode()
    assert page.count("群里的人都能看到") >= 2


def test_a_case_told_in_private_is_not_answered_in_a_group(
    at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client
) -> None:
    case = factories.case(app_channel, private=True)
    assert "发到群" not in as_operator.get(at("case", case_id=case.id)).content.decode()
