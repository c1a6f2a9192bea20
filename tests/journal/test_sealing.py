import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from huixiang.journal import sealing
from huixiang.journal.actions import forget_words, record
from huixiang.journal.models import Entry, Seal, Words
from huixiang.journal.tasks import seal as seal_job
from huixiang.workspaces.events import MemberJoinedTeam

pytestmark = pytest.mark.django_db(transaction=True)  # the sealer takes only what is committed
HERE = uuid.uuid4()


def write(number: int, workspace_id: uuid.UUID = HERE, words: str = "") -> list[int]:
    for place in range(number):
        record(MemberJoinedTeam(subject=uuid.uuid4(), role=f"r{place}"), workspace_id=workspace_id, words=words)
    return list(Entry.objects.filter(workspace_id=workspace_id).order_by("id").values_list("id", flat=True))


@contextmanager
def tampering(table: str) -> Iterator[None]:
    """What only somebody with the database's own rights can do."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_chain_holds() -> None:
    write(3, words="理由")
    assert sealing.seal(HERE) == 3
    assert sealing.verify(HERE) == sealing.Verdict(links=3, waiting=0, faults=[])
    write(2)
    assert sealing.verify(HERE) == sealing.Verdict(links=3, waiting=2, faults=[])
    assert sealing.seal(HERE) == 2
    assert sealing.verify(HERE) == sealing.Verdict(links=5, waiting=0, faults=[])
    assert sealing.seal(HERE) == 0


def test_each_link_follows_the_one_before_it() -> None:
    entries = write(4)
    sealing.seal(HERE)
    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3, 4]
    assert [seal.entry_id for seal in seals] == entries
    assert [bytes(seal.previous) for seal in seals] == [bytes(32), *(bytes(seal.hash) for seal in seals[:-1])]


def test_a_changed_entry_is_named() -> None:
    entries = write(3)
    sealing.seal(HERE)
    with tampering("journal_entry"):
        run('UPDATE journal_entry SET data = \'{"role": "boss"}\' WHERE id = %s', entries[1])
    assert sealing.verify(HERE).faults == [f"entry {entries[1]} was changed after it was sealed"]


def test_changed_words_are_named() -> None:
    entries = write(2, words="刹车失灵")
    sealing.seal(HERE)
    Words.objects.filter(entry_id=entries[0]).update(text="一切正常")
    assert sealing.verify(HERE).faults == [f"the words of entry {entries[0]} were changed"]


def test_a_changed_seal_is_named() -> None:
    entries = write(3)
    sealing.seal(HERE)
    with tampering("journal_seal"):
        run("UPDATE journal_seal SET hash = %s WHERE number = 2", bytes(32))
    assert sealing.verify(HERE).faults == [
        f"entry {entries[1]} was changed after it was sealed",
        "link 3 does not follow the one before it",
    ]


def test_a_dropped_link_is_named_once_with_its_entry() -> None:
    entries = write(5)
    sealing.seal(HERE)
    with tampering("journal_seal"):
        run("DELETE FROM journal_seal WHERE number = 3")
    assert sealing.verify(HERE).faults == [
        "link 3 is missing",
        "link 4 does not follow the one before it",
        f"entry {entries[2]} is in no link",
    ]


def test_a_dropped_last_link_is_named_by_its_entry() -> None:
    entries = write(3)
    sealing.seal(HERE)
    with tampering("journal_seal"):
        run("DELETE FROM journal_seal WHERE number = 3")
    assert sealing.verify(HERE).faults == [f"entry {entries[2]} is in no link"]


def test_an_entry_hidden_from_the_sealer_is_named() -> None:
    entries = write(2)
    run("DELETE FROM journal_unsealed WHERE entry_id = %s", entries[0])
    sealing.seal(HERE)
    assert sealing.verify(HERE).faults == [f"entry {entries[0]} is in no link"]


def test_a_deleted_entry_is_named() -> None:
    entries = write(3)
    sealing.seal(HERE)
    with tampering("journal_entry"), tampering("journal_seal"):
        run("DELETE FROM journal_seal WHERE entry_id = %s", entries[0])
        run("DELETE FROM journal_entry WHERE id = %s", entries[0])
    assert sealing.verify(HERE).faults == ["link 1 is missing", "link 2 does not follow the one before it"]


def test_forgetting_words_keeps_the_chain() -> None:
    entries = write(2, words="张三的手机号")
    sealing.seal(HERE)
    subject = Entry.objects.get(id=entries[0]).subject_id
    assert forget_words(workspace_id=HERE, subjects=[subject]) == 1
    assert list(Words.objects.values_list("entry_id", flat=True)) == [entries[1]]
    assert sealing.verify(HERE) == sealing.Verdict(links=2, waiting=0, faults=[])


def test_words_are_forgotten_only_in_their_workspace() -> None:
    entries = write(1, words="理由")
    subject = Entry.objects.get(id=entries[0]).subject_id
    assert forget_words(workspace_id=uuid.uuid4(), subjects=[subject]) == 0


def test_chains_of_two_workspaces_do_not_touch() -> None:
    there = uuid.uuid4()
    write(2)
    write(3, workspace_id=there)
    seal_job()
    assert [sealing.verify(one) for one in (HERE, there)] == [
        sealing.Verdict(links=2, waiting=0, faults=[]),
        sealing.Verdict(links=3, waiting=0, faults=[]),
    ]


def test_what_an_older_transaction_may_still_precede_is_not_sealed() -> None:
    """One connection writes and stays open; what the other commits after it waits, so that order stays true."""
    written, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(1)
            written.set()
            finish.wait(20)
        connection.close()

    other = threading.Thread(target=slow)
    other.start()
    assert written.wait(20)
    write(1)
    assert sealing.seal(HERE) == 0
    finish.set()
    other.join()
    assert sealing.seal(HERE) == 2
    assert sealing.verify(HERE) == sealing.Verdict(links=2, waiting=0, faults=[])


def test_two_sealers_at_once_seal_each_entry_once() -> None:
    write(50)

    def work() -> None:
        sealing.seal(HERE)
        connection.close()

    sealers = [threading.Thread(target=work) for _ in range(3)]
    for one in sealers:
        one.start()
    for one in sealers:
        one.join()
    sealing.seal(HERE)
    assert sealing.verify(HERE) == sealing.Verdict(links=50, waiting=0, faults=[])
