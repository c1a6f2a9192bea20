"""A hand-over is answered once, however often the button is pressed."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from huixiang.cases.handing import give_back, hand_over, take
from huixiang.cases.models import Case, Turn
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction keeps what it saw first
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "again", [lambda case, by: give_back(case=case, by=by, text="再来一次"), lambda case, by: take(case=case, by=by)]
)
def test_pressed_twice_at_once_it_is_answered_once(
    case: Case, operator: Membership, owner: Membership, again: Callable[[Case, Membership], None]
) -> None:
    hand_over(case=case, by=owner, to=operator, text="已知：冷车打不着火。")
    told: list[str] = []

    def press() -> None:
        try:
            again(case, operator)
        except Refused as refused:
            told.append(str(refused.sentence))
        finally:
            connection.close()

    second = threading.Thread(target=press)
    with transaction.atomic():
        give_back(case=case, by=operator, text="我下周休假")
        second.start()
        while second.is_alive() and not _waits_for_a_lock():
            second.join(0.02)
    second.join()
    assert len(told) == 1
    assert Turn.objects.filter(case=case, lane="internal").count() == 2  # the note and the one reason
    assert Entry.objects.filter(subject_id=case.id, name="cases.handover_ended").count() == 1
