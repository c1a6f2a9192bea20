"""Two records that are one person become one; an identity that is somebody else becomes a member of its own.

Everything happens in one transaction: what every package told of (see traces.Move) goes along, and which rows went
is kept, so that it can be taken back exactly. Nothing here happens by itself: a person presses the button.
"""

import datetime
import json
import uuid
from typing import Any, Final

from django.core import serializers
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.models import Delivery
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.members import events, traces
from huixiang.members.models import Consent, Identity, Joining, Member, MemberNote, NotSame, Tier
from huixiang.members.naming import handle_of
from huixiang.members.traces import Move, Moved
from huixiang.workspaces.models import Membership

MOVES = [
    Move("identities", Identity, parted=lambda identity: Q(id=identity.id)),
    Move("deliveries", Delivery, "recipient_member_id", parted=lambda i: Q(account=i.account, recipient=i.external_id)),
    Move("notes", MemberNote),
]
RANK: Final = {Tier.PLAIN: 0, Tier.ACTIVE: 1, Tier.KOC: 2, Tier.CORE: 3}
FIELDS: Final = (
    "name", "handle", "handle_kind", "email", "tier", "tier_by_hand", "reach", "feedback_count", "confirmed_count",
    "credit_consent", "user_id", "last_contact_at",
)  # fmt: skip

RESTORED: Final = [name for name in FIELDS if not name.endswith("_count")]  # counts go back by what they had


@transaction.atomic
def join(*, source: Member, target: Member, by: Membership) -> Joining:
    """Let `source` be part of `target`: all that is the one's is the other's from now on.

    Journal: members.joined on the target. Raises Refused for two of different communities, for a record that is
    joined, erased or about to be, and for who spoke without a name: they stay without one.
    """
    source, target = _both(source, target)
    _check(source, target)
    joining = Joining(
        workspace_id=target.workspace_id, kind=Joining.Kind.JOIN, source=source, target=target, by=by,
        before={str(one.id): _fields(one) for one in (source, target)},
    )  # fmt: skip
    for move in traces.table.moves:
        joining.moved[move.key], kept = _move(move, source, target)
        joining.kept += kept
    _take_fields(source, target)
    joining.after = _fields(target)
    joining.save()
    _follow(joining)
    event = events.Joined(subject=target.id, source_id=source.id, joining_id=joining.id)
    record(event, workspace_id=target.workspace_id, actor=Actor("staff", by.id))
    return joining


def _both(one: Member, other: Member) -> tuple[Member, Member]:
    """Both as they are now, locked in the order of their ids."""
    found = Member.objects.select_for_update(of=("self",)).filter(workspace_id=other.workspace_id)
    rows = {row.id: row for row in found.filter(id__in=[one.id, other.id]).order_by("id")}
    if len(rows) < 2:  # noqa: PLR2004 - two different ones of the same workspace
        raise Refused(_("Choose two different members of this community."))
    return rows[one.id], rows[other.id]


def _check(*both: Member) -> None:
    if any(one.joined_into_id for one in both):
        raise Refused(_("One of the two was joined already. Look at the list again."))
    if any(one.erasing_at or one.erased_at for one in both):
        raise Refused(_("One of the two is being erased: nothing can be joined with it."))
    if any(one.anonymous for one in both):
        raise Refused(_("Whoever spoke without a name stays without one."))


def _fields(member: Member) -> dict[str, Any]:
    return {name: _plain(getattr(member, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _restore(member: Member, name: str, value: Any) -> None:
    field: Any = Member._meta.get_field(name if name != "user_id" else "user")  # noqa: SLF001 - Django's public name for it
    setattr(member, name, field.to_python(value))


def _move(move: Move, source: Member, target: Member, only: Q | None = None) -> tuple[list[str], list[str]]:
    """Move rows; (ids that moved, rows that made room as they were)."""
    rows = move.model._default_manager.select_for_update(of=("self",))  # noqa: SLF001 - Django's public name for it
    rows = rows.filter(workspace_id=source.workspace_id)
    mine = {str(row.pk): row for row in rows.filter(only or Q(), **{move.member: source.id})}
    kept: list[str] = []
    if move.once:
        theirs = {getattr(row, move.once): row for row in rows.filter(**{move.member: target.id})}
        for key, row in list(mine.items()):
            other = theirs.get(getattr(row, move.once))
            if other is not None:
                loser = other if move.better(row, other) else row
                kept.append(traces.kept_rows([loser]))
                if loser is row:
                    del mine[key]
                loser.delete()
    move.model._default_manager.filter(pk__in=list(mine)).update(**{move.member: target.id})  # noqa: SLF001
    return sorted(mine), kept


def _take_fields(source: Member, target: Member) -> None:
    """The target has the better of both; the stricter answer to being named holds."""
    target.name, target.email = target.name or source.name, target.email or source.email
    if not target.handle:
        target.handle, target.handle_kind = source.handle, source.handle_kind or target.handle_kind
    if RANK[Tier(source.tier)] > RANK[Tier(target.tier)] and not target.tier_by_hand:
        target.tier, target.tier_by_hand = source.tier, source.tier_by_hand
    target.reach = max(target.reach, source.reach)
    target.feedback_count += source.feedback_count
    target.confirmed_count += source.confirmed_count
    target.last_contact_at = max(target.last_contact_at, source.last_contact_at)
    consents = {source.credit_consent, target.credit_consent}
    if Consent.NO in consents:
        target.credit_consent = Consent.NO
    elif target.credit_consent == Consent.UNANSWERED:
        target.credit_consent = source.credit_consent
    source.joined_into, user_id = target, source.user_id
    source.feedback_count = source.confirmed_count = 0
    if target.user_id is None and user_id:
        source.user_id = None
        source.save()
        target.user_id = user_id
    else:
        source.save()  # a second login keeps leading here: see queries.member_of_user
    target.save()


@transaction.atomic
def part(*, identity: Identity, by: Membership) -> Joining:
    """Make an identity a member of its own, with what came by it. Journal: members.parted on whom it was taken from.

    Raises Refused when it is the only one: there would be nobody left.
    """
    member = Member.objects.select_for_update(of=("self",)).get(
        workspace_id=identity.workspace_id, id=identity.member_id
    )
    if member.erasing_at or member.erased_at:
        raise Refused(_("This member is being erased: nothing can be parted."))
    if not member.identities.exclude(id=identity.id).exists() and not member.user_id:
        raise Refused(_("This is the only name of this member: there is nothing to part it from."))
    fresh = Member.objects.create(
        workspace_id=member.workspace_id, handle=handle_of(identity.external_id), handle_kind=identity.account.kind,
        tier=Tier.PLAIN,
    )  # fmt: skip
    joining = Joining(
        workspace_id=member.workspace_id, kind=Joining.Kind.PART, source=member, target=fresh, by=by,
        before={str(one.id): _fields(one) for one in (member, fresh)},
    )  # fmt: skip
    for move in traces.table.moves:
        wanted = move.parted(identity)
        if wanted is not None:
            joining.moved[move.key], _kept = _move(move, member, fresh, wanted)
    _share_counts(member, fresh, len(joining.moved.get("feedback", [])))
    joining.after = _fields(fresh)
    joining.save()
    _follow(joining)
    event = events.Parted(subject=member.id, new_id=fresh.id, joining_id=joining.id)
    record(event, workspace_id=member.workspace_id, actor=Actor("staff", by.id))
    return joining


def _share_counts(member: Member, fresh: Member, moved: int) -> None:
    member.feedback_count = max(0, member.feedback_count - moved)
    member.save(update_fields=["feedback_count"])
    fresh.feedback_count = moved
    fresh.save(update_fields=["feedback_count"])


@transaction.atomic
def undo(*, joining_id: uuid.UUID, workspace_id: uuid.UUID, actor: Actor) -> Joining:
    """Take a joining or parting back: what had gone comes back, what came since stays where it came.

    Journal: members.joining_undone on the target. Raises Refused when it was undone, or one of the two changed so.
    """
    found = Joining.objects.select_for_update(of=("self",)).filter(workspace_id=workspace_id, id=joining_id)
    joining = found.select_related("source", "target").first()
    if joining is None or joining.undone_at:
        raise Refused(_("This was taken back already."))
    source, target = _both(joining.source, joining.target)
    _check_undo(joining, source, target)
    if joining.kind == Joining.Kind.JOIN:
        _unjoin(joining, source, target)
    else:
        _unpart(joining, source, target)
    joining.undone_at = timezone.now()
    joining.save(update_fields=["undone_at"])
    _follow(joining)
    event = events.JoiningUndone(subject=target.id, joining_id=joining.id)
    record(event, workspace_id=workspace_id, actor=actor)
    return joining


def _check_undo(joining: Joining, source: Member, target: Member) -> None:
    if any(one.erasing_at or one.erased_at for one in (source, target)):
        raise Refused(_("One of the two is being erased: this cannot be taken back any more."))
    later = Joining.objects.filter(workspace_id=joining.workspace_id, undone_at=None, at__gt=joining.at)
    if later.filter(Q(source__in=[source, target]) | Q(target__in=[source, target])).exists():
        raise Refused(_("Something was joined or parted here since: take that back first."))


def _unjoin(joining: Joining, source: Member, target: Member) -> None:
    _send_back(joining, target, source)
    for kept in joining.kept:
        for row in serializers.deserialize("json", kept):
            row.save()
    before, were = joining.before[str(source.id)], joining.before[str(target.id)]
    for name in RESTORED:
        if name in were and _plain(getattr(target, name)) == joining.after[name]:  # what staff changed since stays
            _restore(target, name, were[name])
    target.feedback_count = max(0, target.feedback_count - before["feedback_count"])
    target.confirmed_count = max(0, target.confirmed_count - before["confirmed_count"])
    target.save()
    for name in before:
        _restore(source, name, before[name])
    source.joined_into = None
    source.save()


def _unpart(joining: Joining, source: Member, target: Member) -> None:
    """Everything of the record that was made goes back, what came since too: it ceases to be."""
    for move in traces.table.moves:
        _ids, kept = _move(move, target, source)
        joining.kept += kept
    source.feedback_count += target.feedback_count
    source.save(update_fields=["feedback_count"])
    target.feedback_count, target.joined_into = 0, source
    target.save(update_fields=["feedback_count", "joined_into"])
    joining.save(update_fields=["kept"])


def _send_back(joining: Joining, here: Member, there: Member) -> None:
    for move in traces.table.moves:
        rows = move.model._default_manager.filter(pk__in=joining.moved.get(move.key, []))  # noqa: SLF001
        rows.filter(**{move.member: here.id}).update(**{move.member: there.id})


def _follow(joining: Joining) -> None:
    """Packages count anew what they must."""
    gone = [(row["model"], row["fields"]) for rows in joining.kept for row in json.loads(rows)]
    moved = Moved(joining.workspace_id, [joining.source_id, joining.target_id], joining.moved, gone)
    for after in traces.table.after_moving:
        after(moved)


@transaction.atomic
def keep_apart(*, one: Member, other: Member, actor: Actor) -> None:
    """These are two people: they are not proposed again. Journal: members.kept_apart, the first time."""
    first, second = sorted((one, other), key=lambda member: member.id)
    if first.workspace_id != second.workspace_id or first.id == second.id:
        return
    _row, new = NotSame.objects.get_or_create(workspace_id=first.workspace_id, one=first, other=second)
    if new:
        record(events.KeptApart(subject=one.id, other_id=other.id), workspace_id=one.workspace_id, actor=actor)


@transaction.atomic
def propose_again(*, one: Member, other: Member, actor: Actor) -> None:
    """Take that back: they may be one person after all. Journal: members.proposed_again, if they were kept apart."""
    first, second = sorted((one, other), key=lambda member: member.id)
    gone, _which = NotSame.objects.filter(workspace_id=one.workspace_id, one=first, other=second).delete()
    if gone:
        record(events.ProposedAgain(subject=one.id, other_id=other.id), workspace_id=one.workspace_id, actor=actor)
