"""The hash chain: sealing entries into it and verifying it.

An entry's hash is SHA-256 over the previous hash and the entry's canonical JSON. The sealer takes only rows
written by transactions older than every running one, so that the chain's order is the order of the ids.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from huixiang.journal.models import Entry, Seal, Unsealed, Words
from huixiang.kernel.crypto import digest

GENESIS = bytes(32)
BATCH = 5_000
MOST_LOOSE = 100  # named at most; one is enough to know
RIPE = """
    SELECT u.entry_id FROM journal_unsealed u JOIN journal_entry e ON e.id = u.entry_id
    WHERE u.workspace_id = %s
      AND (e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
           OR e.transaction_id > pg_current_xact_id())  -- restored from another server: long finished
    ORDER BY u.entry_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a chain found: how many links hold, and what is wrong, empty when nothing is."""

    links: int
    waiting: int
    faults: list[str]


def entry_hash(previous: bytes, entry: Entry) -> bytes:
    """The hash that seals an entry behind `previous` (32 bytes each)."""
    content = [
        entry.id,
        str(entry.workspace_id),
        entry.at.isoformat(),
        entry.name,
        entry.actor_kind,
        str(entry.actor_id or ""),
        entry.subject_kind,
        str(entry.subject_id),
        entry.data,
        bytes(entry.words_digest or b"").hex(),
    ]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest(previous, canonical.encode())


@transaction.atomic
def seal(workspace_id: uuid.UUID) -> int:
    """Seal up to BATCH ripe entries of one workspace; returns how many. One sealer at a time a workspace."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(workspace_id)])
        cursor.execute(RIPE, [workspace_id, BATCH])
        ripe = [row[0] for row in cursor.fetchall()]
    last = Seal.objects.filter(workspace_id=workspace_id).order_by("-number").first()
    number, previous = (last.number, bytes(last.hash)) if last else (0, GENESIS)
    seals = []
    for entry in Entry.objects.filter(id__in=ripe).order_by("id"):
        number, link = number + 1, entry_hash(previous, entry)
        seals.append(
            Seal(workspace_id=workspace_id, number=number, entry=entry, previous=previous, hash=link)
        )
        previous = link
    Seal.objects.bulk_create(seals)
    Unsealed.objects.filter(entry_id__in=ripe).delete()
    return len(seals)


def waiting_workspaces() -> list[uuid.UUID]:
    """Workspaces with entries not sealed yet."""
    return list(Unsealed.objects.values_list("workspace_id", flat=True).distinct())


def verify(workspace_id: uuid.UUID) -> Verdict:
    """Recompute a workspace's whole chain."""
    faults: list[str] = []
    previous, links, number = GENESIS, 0, 0
    for item in _links(workspace_id):
        links += 1
        faults += _faults(item, number + 1, previous)
        previous, number = bytes(item.hash), item.number
    faults += _words_faults(workspace_id)
    loose = Entry.objects.filter(workspace_id=workspace_id, seal=None, unsealed=None).order_by("id")
    faults += [f"entry {entry_id} is in no link" for entry_id in loose.values_list("id", flat=True)[:MOST_LOOSE]]
    waiting = Unsealed.objects.filter(workspace_id=workspace_id).count()
    return Verdict(links, waiting, faults)


def _links(workspace_id: uuid.UUID) -> Iterator[Seal]:
    chain = Seal.objects.filter(workspace_id=workspace_id).order_by("number").select_related("entry")
    return chain.iterator(chunk_size=2_000)


def _faults(item: Seal, expected: int, previous: bytes) -> Iterator[str]:
    if item.number != expected:
        yield f"link {expected} is missing"
    if bytes(item.previous) != previous:
        yield f"link {item.number} does not follow the one before it"
    if entry_hash(bytes(item.previous), item.entry) != bytes(item.hash):
        yield f"entry {item.entry_id} was changed after it was sealed"


def _words_faults(workspace_id: uuid.UUID) -> Iterator[str]:
    kept = Words.objects.filter(workspace_id=workspace_id).select_related("entry")
    for words in kept.iterator(chunk_size=2_000):
        if digest(bytes(words.salt), words.text.encode()) != bytes(words.entry.words_digest or b""):
            yield f"the words of entry {words.entry_id} were changed"
