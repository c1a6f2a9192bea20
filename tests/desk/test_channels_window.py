"""What a platform allows in answer is known at the composer, and what is still possible when it allows nothing."""

import datetime
import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements.audience import people_to_tell
from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.cases.routes import private_routes
from huixiang.channels.accounts import connect
from huixiang.channels.contracts import connector
from huixiang.channels.models import ChannelAccount, Conversation, Delivery
from huixiang.kernel.errors import Refused
from huixiang.members.models import Member
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.docs.test_new_connector import Gateway, gateway, sms  # noqa: F401 - fixtures

At = Callable[..., str]


@pytest.fixture
def case(
    workspace: Workspace, operator: Membership, sms: None, gateway: tuple[str, type[Gateway]], settings: object  # noqa: F811
) -> Case:  # fmt: skip
    """A case of somebody who wrote on a platform, alone with us."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]  # type: ignore[attr-defined]
    account = connect(workspace=workspace, kind="sms", name="短信", slug="sms", given={"gateway": gateway[0]})
    return factories.case(account, author_id="13800001234", private=True)


def bounded(case: Case, **window: object) -> None:
    """What is left of the right to answer."""
    Conversation.objects.filter(account=case.account, external_id="@13800001234").update(**window)


def hours(number: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=number)


def composer(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    words = html.unescape(re.sub(r"<[^>]+>", " ", page[page.index('class="comp"') :]))
    return " ".join(words.split())


def test_time_and_answers_left_stand_beside_the_lane(at: At, as_operator: Client, case: Case) -> None:
    bounded(case, reply_until=hours(5), reply_left=3)
    shown = composer(as_operator, at("case", case_id=case.id))
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert re.search(r'<span class="g-private"[^>]*>[^<]+<i class="sd" aria-hidden="true"></i>还能回复', page)
    assert re.search(r"通过短信发给.* 还能回复 3 条，\d\d-\d\d \d\d:\d\d 前有效（剩 4", shown)


def test_a_shut_window_offers_what_is_still_possible_and_sends_nothing(
    at: At, as_operator: Client, case: Case, operator: Membership
) -> None:
    bounded(case, reply_until=hours(-1))
    shown = composer(as_operator, at("case", case_id=case.id))
    assert "短信：回复时限已在" in shown
    assert "写团队备注、发公示" in shown
    assert "通过短信发给" not in shown
    with pytest.raises(Refused, match="短信"):
        reply(case=Case.objects.get(id=case.id), by=operator, text="您好", lane="private")
    assert not Delivery.objects.exists()
    theme = case.theme
    assert theme is not None
    assert people_to_tell(theme).reachable == []


def test_a_shut_window_leads_to_the_way_that_is_open(
    at: At, as_operator: Client, case: Case, operator: Membership, settings: object
) -> None:
    settings.EMAIL_HOST = "mail.example.com"  # type: ignore[attr-defined]
    Member.objects.filter(id=case.member_id).update(email="a@example.com")
    bounded(case, reply_left=0)
    shown = composer(as_operator, at("case", case_id=case.id))
    assert "短信：对方上一条消息的回复次数已用完" in shown
    assert "私聊回复改由邮件发出" in shown
    reply(case=Case.objects.get(id=case.id), by=operator, text="您好", lane="private")
    assert Delivery.objects.get().recipient == "a@example.com"


@pytest.mark.parametrize("number", [1, 3])
def test_the_ways_cost_one_statement_more_on_platforms_however_many(
    case: Case, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(1, number):
        more = ChannelAccount.objects.create(
            workspace=case.workspace, kind="sms", slug=f"sms-{place}", name=f"短信{place}"
        )
        case.member.identities.create(workspace=case.workspace, account=more, external_id=f"1390000{place}")
    place_of_case = case.conversation
    with django_assert_num_queries(3):
        ways = private_routes(member=case.member, account=case.account, conversation=place_of_case)
    assert [way.account.name for way in ways] == ["短信", *[f"短信{place}" for place in range(1, number)]]


def test_what_needs_more_messages_than_are_left_is_refused(
    at: At, as_operator: Client, case: Case, operator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector("sms"), "longest", 12)
    bounded(case, reply_left=1)
    words = "先说对不起。再说为什么。最后说何时好。"
    with pytest.raises(Refused, match="2"):
        reply(case=Case.objects.get(id=case.id), by=operator, text=words, lane="private")
    assert not Delivery.objects.exists()
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert 'data-lane="private" data-way="sms" data-left="1"' in page
