"""Erasing a person: hidden at once, brought back within fifteen days, gone afterwards.

Asking hides: every trace's blanks are written and what stood there rests sealed in the erasure, encrypted, beside the
blank. Undoing writes back what still is as the blank left it: what staff wrote meanwhile stays. The end hides once more
(they may have spoken since), changes what could not be changed before, and drops the seal; it is one transaction, so a
killed worker leaves either everything or nothing done.
"""

import datetime
import json
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core import serializers
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.members import events, traces
from huixiang.members.models import Erasure, Member
from huixiang.members.traces import Person, Trace
from huixiang.workspaces.models import User

DAYS: Final = datetime.timedelta(days=15)
AT_A_TIME = 500

Sealed = dict[str, dict[str, Any]]  # trace → row → fields; or trace → "dropped" → rows as serialised
BLANKS: Final = "blanks"  # beside the traces: trace → row → what was written over each field
TOLD: Final = {"announcements", "themes"}  # traces of others' texts the journal names the rows of


@transaction.atomic
def ask(*, member: Member, actor: Actor) -> Erasure:
    """Hide everything about a member and erase it in fifteen days. Asking again changes nothing.

    Journal: members.erasure_asked. What was on its way to them is not sent.
    """
    member = _locked(member)
    if member.joined_into_id or member.erased_at:
        raise Refused(_("There is nothing left of this record to erase."))
    going_on = running(member)
    if going_on:
        return going_on
    due_at = timezone.now() + DAYS
    sealed = _hide(_known(member))
    erasure = Erasure.objects.create(
        workspace_id=member.workspace_id, member=member, asked_by_kind=actor.kind, asked_by_id=actor.id, due_at=due_at,
        sealed=encrypt(json.dumps(sealed, cls=traces.Exact, ensure_ascii=False)),
    )  # fmt: skip
    Member.objects.filter(id=member.id).update(erasing_at=due_at)
    event = events.ErasureAsked(subject=member.id, due_at=due_at)
    record(event, workspace_id=member.workspace_id, actor=actor)
    _tell(member, sealed, actor)
    return erasure


def _tell(member: Member, sealed: Sealed, actor: Actor) -> None:
    """Let the team see whose texts were changed. Journal: members.words_taken_out, when any was."""
    ids = {key: [uuid.UUID(pk) for pk in sealed.get(key, {})] for key in sorted(TOLD)}
    if any(ids.values()):
        event = events.WordsTakenOut(subject=member.id, announcements=ids["announcements"], themes=ids["themes"])
        record(event, workspace_id=member.workspace_id, actor=actor)


def running(member: Member) -> Erasure | None:
    """The erasure that can still be undone; None when there is none."""
    return member.erasures.filter(undone_at=None, finished_at=None).first()


@transaction.atomic
def undo(*, member: Member, actor: Actor) -> None:
    """Bring everything back. Journal: members.erasure_undone. Raises Refused when the days are over."""
    member = _locked(member)
    erasure = member.erasures.select_for_update().filter(undone_at=None, finished_at=None).first()
    if erasure is None:
        raise Refused(_("There is nothing to take back: it was taken back already, or the fifteen days are over."))
    _bring_back(json.loads(decrypt(erasure.sealed)))
    Erasure.objects.filter(id=erasure.id).update(undone_at=timezone.now(), sealed="")
    Member.objects.filter(id=member.id).update(erasing_at=None)
    record(events.ErasureUndone(subject=member.id), workspace_id=member.workspace_id, actor=actor)


def finish_due() -> int:
    """Erase everybody whose days are over; returns how many. Safe to run again, and side by side.

    One that fails is left for the next run and does not keep the others from being erased; its error is raised last.
    """
    due = Erasure.objects.filter(undone_at=None, finished_at=None, due_at__lte=timezone.now())
    done, failed = 0, None
    for erasure_id in list(due.order_by("due_at").values_list("id", flat=True)):
        try:
            done += finish(erasure_id)
        except Exception as error:  # noqa: BLE001 - raised below, when the others are through
            failed = failed or error
    if failed:
        raise failed
    return done


@transaction.atomic
def finish(erasure_id: uuid.UUID) -> bool:
    """Erase one person for good; False when it is done or another worker's. Journal: members.erased."""
    waiting = Erasure.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=erasure_id)
    erasure = waiting.filter(undone_at=None, finished_at=None, due_at__lte=timezone.now()).first()
    if erasure is None:
        return False
    member = _locked(erasure.member)
    who = _known(member)
    _remember(who, json.loads(decrypt(erasure.sealed)))
    _tell(member, _hide(who), SYSTEM)
    _end(who)
    Member.objects.filter(id__in=who.ids).update(erased_at=timezone.now(), erasing_at=None)
    Erasure.objects.filter(member_id__in=who.ids).update(sealed="")
    Erasure.objects.filter(id=erasure.id).update(finished_at=timezone.now())
    record(events.Erased(subject=member.id), workspace_id=member.workspace_id, actor=SYSTEM)
    return True


def _locked(member: Member) -> Member:
    """The member as it is now; nothing else happens to it until the transaction ends."""
    return Member.objects.select_for_update(of=("self",)).get(workspace_id=member.workspace_id, id=member.id)


def _known(member: Member) -> Person:
    """The person with what would tell who it is, read before anything is blanked."""
    who = traces.person(member)
    for trace in traces.table.traces:
        wanted = _telling(trace)
        if wanted:
            for row in trace.rows(who).iterator(chunk_size=AT_A_TIME):
                since = trace.since(row)
                for kind, fields in wanted.items():
                    who.learn(kind, (str(getattr(row, name)) for name in fields), since)
    return who


def _telling(trace: Trace) -> dict[str, tuple[str, ...]]:
    kinds = {"names": trace.names, "said": trace.said, "addresses": trace.addresses}
    return {kind: fields for kind, fields in kinds.items() if fields}


def _remember(who: Person, sealed: Sealed) -> None:
    """What the person was called and said before it was hidden: others may have quoted it since."""
    for trace in traces.table.traces:
        wanted = _telling(trace)
        rows = sealed.get(trace.key, {}) if wanted else {}
        for key, row in _found(trace.model, rows).items():
            since = trace.since(row)
            for kind, fields in wanted.items():
                who.learn(kind, (rows[key].get(name) or "" for name in fields), since)


def _hide(who: Person) -> Sealed:
    sealed: Sealed = {BLANKS: {}}
    for trace in traces.table.traces:
        if trace.drop == "now":
            sealed[trace.key] = {"dropped": traces.kept_rows(trace.rows(who))}
            _drop(trace, who)
        elif trace.blanks:
            sealed[trace.key], sealed[BLANKS][trace.key] = _blank(trace, who, trace.blanks)
    for after in traces.table.after_hiding:
        after(who)
    return sealed


def _blank(trace: Trace, who: Person, blanks: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the blanks; what stood there and what stands now, for the rows that had anything to hide."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    changed = []
    for row in trace.rows(who).only("pk", *blanks, *trace.reads).iterator(chunk_size=AT_A_TIME):
        old = {name: getattr(row, name) for name in blanks}
        new = {name: value(row, who) if callable(value) else value for name, value in blanks.items()}
        if old != new:
            before[str(row.pk)] = {name: old[name] for name in old if old[name] != new[name]}
            after[str(row.pk)] = {name: new[name] for name in before[str(row.pk)]}
            for name, value in new.items():
                setattr(row, name, value)
            changed.append(row)
    trace.model._default_manager.bulk_update(changed, list(blanks), batch_size=AT_A_TIME)  # noqa: SLF001
    return before, after


def _drop(trace: Trace, who: Person) -> None:
    rows = trace.rows(who)
    if trace.files:
        remove_files(path for row in rows.iterator(chunk_size=AT_A_TIME) for path in trace.files(row))
    rows.delete()


def remove_files(paths: Iterable[str]) -> None:
    """Remove files of ours from disk; what is gone already, or lies elsewhere, is left alone."""
    home = Path(settings.MEDIA_ROOT).resolve()
    for name in paths:
        path = (home / name).resolve()
        if path.is_relative_to(home) and path != home:
            path.unlink(missing_ok=True)


def _end(who: Person) -> None:
    for trace in traces.table.traces:
        if trace.ends:
            _blank(trace, who, trace.ends)
        if trace.drop == "end":
            _drop(trace, who)
    _forget_login(who)


def _forget_login(who: Person) -> None:
    """The login goes too, unless the same person is staff, or a member somewhere else."""
    users = User.objects.filter(members__id__in=who.ids)
    ids = list(users.values_list("id", flat=True))
    Member.objects.filter(id__in=who.ids).update(user=None)
    User.objects.filter(id__in=ids, members=None, memberships=None).delete()


def _bring_back(sealed: Sealed) -> None:
    for trace in traces.table.traces:
        rows = sealed.get(trace.key, {})
        if trace.drop == "now":
            for kept in serializers.deserialize("json", rows.get("dropped", "[]")):
                kept.save()
        elif rows:
            _write_back(trace.model, rows, sealed.get(BLANKS, {}).get(trace.key, {}))


def _found(model: type[Model], rows: Iterable[str]) -> dict[str, Any]:
    """The rows with these keys that are still there, locked until the transaction ends."""
    keys = [model._meta.pk.to_python(key) for key in rows]  # noqa: SLF001 - Django's public name for it
    locked = model._default_manager.select_for_update(of=("self",))  # noqa: SLF001
    return {str(row.pk): row for row in locked.in_bulk(keys).values()}


def _write_back(model: type[Model], rows: dict[str, dict[str, Any]], blanks: dict[str, dict[str, Any]]) -> None:
    """What stood there, where the blank still stands; an erasure sealed without its blanks comes back whole."""
    found = _found(model, rows)
    fields: set[str] = set()
    for key, row in found.items():
        for name, value in rows[key].items():
            parsed = _parsed(model, name)
            if key not in blanks or getattr(row, name) == parsed(blanks[key][name]):
                setattr(row, name, parsed(value))
                fields.add(name)
    if fields:
        model._default_manager.bulk_update(list(found.values()), sorted(fields), batch_size=AT_A_TIME)  # noqa: SLF001


def _parsed(model: type[Model], name: str) -> Callable[[Any], Any]:
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's public name for it
    plain = field.get_internal_type() in {"ArrayField", "JSONField"}
    return (lambda value: value) if plain else field.to_python
