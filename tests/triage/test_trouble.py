"""Messages that cannot be read, a database that fails, and what a batch costs."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.engine import read
from huixiang.engine.reading import Reading
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import read_again, receive
from huixiang.intake.models import Message
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.triage.actions import process
from huixiang.triage.steps import reading
from huixiang.workspaces.models import Membership
from tests.factories import ago, inbound, received

POISON = "毒药"


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that breaks on one text and reads all others."""

    def breaking(texts: list[str], *others: Any) -> list[Reading]:
        if any(POISON in text for text in texts):
            raise ValueError(f"不能读：{texts}")
        return read(texts, *others)

    monkeypatch.setattr(reading, "read", breaking)


def test_a_message_that_breaks_the_engine_is_parked_and_the_others_go_on(
    app_channel: ChannelAccount, poisoned: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "huixiang")
    batch = [inbound("充电口盖冬天冻住打不开", external_id=f"m{n}") for n in range(6)]
    batch[3] = inbound(f"{POISON}打不着火", external_id="poison")
    received(app_channel, *batch)
    parked = Message.objects.get(state="parked")
    assert (parked.external_id, parked.text) == ("poison", f"{POISON}打不着火")
    assert (parked.error.split(":")[0], POISON in parked.error, POISON in caplog.text) == ("ValueError", False, False)
    assert f"message {parked.id} parked: ValueError at test_trouble.py:" in caplog.text
    assert Message.objects.filter(state="feedback").count() == Feedback.objects.count() == Case.objects.count() == 5
    assert list(Case.objects.order_by("number").values_list("number", flat=True)) == [1001, 1002, 1003, 1004, 1005]
    assert Entry.objects.filter(name="intake.message_parked", subject_id=parked.id).count() == 1

    monkeypatch.setattr(reading, "read", read)
    assert read_again(workspace_id=parked.workspace_id, message_id=parked.id, actor=SYSTEM)
    process(workspace_id=app_channel.workspace_id)
    assert set(Message.objects.values_list("state", "error")) == {("feedback", "")}


def test_the_databases_trouble_parks_nothing(app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    def deadlocked(texts: list[str], *_others: object) -> list[Reading]:
        raise OperationalError("deadlock detected")

    receive(account=app_channel, messages=[inbound(), inbound()])
    monkeypatch.setattr(reading, "read", deadlocked)
    with pytest.raises(OperationalError):
        process(workspace_id=app_channel.workspace_id)
    assert set(Message.objects.values_list("state", flat=True)) == {"pending"}
    assert Feedback.objects.count() == 0


def test_nothing_pending_is_nothing_to_do(app_channel: ChannelAccount) -> None:
    assert process(workspace_id=app_channel.workspace_id) == 0


def test_all_that_waits_is_read(app_channel: ChannelAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huixiang.triage.actions.AT_ONCE", 3)
    receive(account=app_channel, messages=[inbound(f"第{n}次打不着火了") for n in range(8)])
    assert process(workspace_id=app_channel.workspace_id) == 8
    assert set(Message.objects.values_list("state", flat=True)) == {"feedback"}


MATTERS = ("车机黑屏重启", "充电口盖冻住打不开", "座椅异响", "空调不制热", "后备箱漏水")


def _spoken(number: int) -> str:
    """Figures in letters: what differs by a figure alone is a copy, and copies are another test's."""
    return "".join("零一二三四五六七八九"[int(figure)] for figure in str(number))


def statements(account: ChannelAccount, number: int, start: int = 0) -> int:
    messages = [inbound(f"{MATTERS[n % 5]}，已经是第{_spoken(start + n)}天了") for n in range(number)]
    receive(account=account, messages=messages)
    with CaptureQueriesContext(connection) as captured:
        assert process(workspace_id=account.workspace_id) == number
    return len(captured)


def test_fifty_messages_cost_as_many_statements_as_five(app_channel: ChannelAccount, operator: Membership) -> None:
    statements(app_channel, 5)  # the workspace's tables are furnished, the matters known
    Case.objects.update(state="confirmed")
    few = statements(app_channel, 5, start=100)
    Case.objects.update(state="confirmed")
    many = statements(app_channel, 50, start=200)
    assert Case.objects.filter(state="open").count() == 50
    assert abs(many - few) <= 4, (few, many)  # themes that get a better name are written once more
    assert max(few, many) <= 90, (few, many)


def test_going_on_costs_as_much_for_many(app_channel: ChannelAccount) -> None:
    """Praise that grows by a second message opens no case: nothing stands in the way of one statement for all."""
    counted = set()
    for number, text in ((4, "新座椅真舒服，点赞"), (20, "师傅特别耐心，点赞")):  # both are enough to be copies
        for minutes in (8, 2):
            batch = [
                inbound(text, author_id=f"{number}-{n}", sent_at=ago(minutes=minutes))
                for n in range(number)
            ]
            receive(account=app_channel, messages=batch)
            with CaptureQueriesContext(connection) as captured:
                process(workspace_id=app_channel.workspace_id)
        counted.add(len(captured))
    assert len(counted) == 1, counted
