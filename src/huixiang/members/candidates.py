"""Which records may be one person: proposals with their evidence. Nothing is ever joined by itself."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.db.models.functions import Lower

from huixiang.members.models import IS_LISTED, Identity, Member, NotSame

MOST = 50
SHORTEST_NAME = 2
ALIVE = IS_LISTED & Q(erasing_at=None, anonymous=False)


@dataclass(slots=True)
class Candidate:
    """Another record, and why it may be the same person: email, identity, name."""

    member: Member
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records with the same e-mail address or the same name on two channels."""

    one: Member
    other: Member
    reason: str


def of_member(member: Member) -> list[Candidate]:
    """Who may be the same person as this member, the strongest evidence first: five statements at most."""
    others = Member.objects.filter(ALIVE, workspace_id=member.workspace_id).exclude(id=member.id)
    others = others.exclude(id__in=_apart(member))
    found: dict[uuid.UUID, Candidate] = {}
    for reason, wanted in _evidence(member):
        for other in others.filter(wanted).order_by("-last_contact_at", "-id")[:MOST]:
            found.setdefault(other.id, Candidate(other)).reasons.append(reason)
    return sorted(found.values(), key=lambda candidate: len(candidate.reasons), reverse=True)[:MOST]


def _evidence(member: Member) -> Iterator[tuple[str, Q]]:
    if member.email:
        yield "email", Q(email__iexact=member.email)
    ids = list(Identity.objects.filter(member=member).values_list("external_id", flat=True))
    addresses = [one for one in (*ids, member.email) if one]
    if addresses:
        named = Identity.objects.filter(workspace_id=member.workspace_id, external_id__in=addresses)
        yield "identity", Q(id__in=named.values("member_id")) | Q(email__in=[one for one in ids if "@" in one])
    if len(member.name.strip()) >= SHORTEST_NAME:
        yield "name", Q(name=member.name)


def _apart(member: Member) -> list[uuid.UUID]:
    rows = NotSame.objects.filter(Q(one=member) | Q(other=member)).values_list("one_id", "other_id")
    return [other if one == member.id else one for one, other in rows]


def pairs(*, workspace_id: uuid.UUID, limit: int = MOST) -> list[Pair]:
    """The records of a community that may be one person: the same address first, then the same name.

    Four statements, whatever the number of members.
    """
    alive = Member.objects.filter(ALIVE, workspace_id=workspace_id)
    found: list[Pair] = []
    seen = {
        frozenset(row) for row in NotSame.objects.filter(workspace_id=workspace_id).values_list("one_id", "other_id")
    }
    for reason, key in (("email", Lower("email")), ("name", F("name"))):
        repeated = (
            alive.annotate(key=key).exclude(key="").values("key").annotate(number=Count("id")).filter(number__gt=1)
        )
        keys = [row["key"] for row in repeated.order_by("-number", "key")[:limit]]
        by_key: dict[str, list[Member]] = {}
        for member in alive.annotate(key=key).filter(key__in=keys).order_by("created_at", "id")[: limit * 4]:
            by_key.setdefault(member.key, []).append(member)
        for rows in by_key.values():
            for other in rows[1:]:
                if frozenset((rows[0].id, other.id)) not in seen and len(rows[0].name) >= SHORTEST_NAME:
                    seen.add(frozenset((rows[0].id, other.id)))
                    found.append(Pair(rows[0], other, reason))
    return found[:limit]
