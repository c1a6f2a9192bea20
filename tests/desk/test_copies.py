from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from tests import factories

TEXT = "新款车机升级后导航一直闪退，客服半个月都没人回复，太让人失望了"


@pytest.fixture
def said(app_channel: ChannelAccount) -> list[Feedback]:
    return [factories.feedback(app_channel, f"{TEXT}{'！' * n}", author_id=f"a{n}") for n in range(4)]


def test_a_case_says_how_many_others_said_it_and_leads_to_them(
    said: list[Feedback], at: Callable[..., str], as_operator: Client
) -> None:
    case = Case.objects.get(id=said[0].case_id)
    address = at("feedback_copies", feedback_id=said[0].id)
    for page in (at("case", case_id=case.id), at("feedback_detail", feedback_id=said[0].id)):
        shown = as_operator.get(page).content.decode()
        assert (shown.count("同样的话，还有 3 个账号说过"), shown.count(address)) == (1, 1)
    rows = as_operator.get(address).context["rows"]
    assert {(row.feedback_id, near) for row, near in rows} == {(one.id, 100) for one in said}


def test_what_nobody_repeated_says_so(app_channel: ChannelAccount, at: Callable[..., str], as_operator: Client) -> None:
    alone = factories.feedback(app_channel, TEXT)
    shown = as_operator.get(at("feedback_copies", feedback_id=alone.id)).content.decode()
    assert shown.count("没有人说过同样的话") == 1


@pytest.mark.parametrize("number", [1, 3])
def test_statements(
    number: int, said: list[Feedback], at: Callable[..., str], as_operator: Client,
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("huixiang.desk.feedback.copies.PAGE", number)
    with django_assert_num_queries(7):
        answer = as_operator.get(at("feedback_copies", feedback_id=said[0].id))
    assert len(answer.context["rows"]) == number
