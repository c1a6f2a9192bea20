"""The roster: members by what is known of them, and by what is open with them."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.channels.models import ChannelAccount
from huixiang.kernel import pagination
from huixiang.members.models import IS_LISTED, Identity, Member
from huixiang.members.search import matching
from huixiang.workspaces.models import Membership, Workspace

MOODS: Final = {"bad": Q(mood__lt=-33), "mixed": Q(mood__gte=-33, mood__lte=33), "good": Q(mood__gt=33)}
SORTS: Final = {
    "contact": ("-last_contact_at", "-id"),
    "quiet": ("last_contact_at", "id"),
    "feedback": ("-feedback_count", "-id"),
    "name": ("name", "id"),
}
PARSERS: Final[dict[str, Any]] = {
    "contact": pagination.moment,
    "quiet": pagination.moment,
    "feedback": int,
    "name": str,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the roster; "" and None leave a thing open."""

    q: str = ""
    contacts: bool = False  # q is also looked for among addresses: only for who may see them
    tier: str = ""
    account_id: uuid.UUID | None = None
    mood: str = ""
    open_case: bool = False
    quiet_days: int | None = None
    consent: str = ""
    sort: str = "contact"


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside a member in the roster: cases that run, and the channels they are known on."""

    open_cases: int
    accounts: list[ChannelAccount]


def listed(*, workspace_id: uuid.UUID, wanted: Wanted) -> QuerySet[Member]:
    """The members of the workspace that are wanted, in no order."""
    found = Member.objects.filter(IS_LISTED, workspace_id=workspace_id)
    if wanted.q:
        found = found.filter(matching(workspace_id=workspace_id, query=wanted.q, contacts=wanted.contacts))
    if wanted.tier:
        found = found.filter(tier=wanted.tier)
    if wanted.consent:
        found = found.filter(credit_consent=wanted.consent)
    if wanted.mood in MOODS:
        found = found.filter(MOODS[wanted.mood])
    if wanted.quiet_days is not None:
        found = found.filter(last_contact_at__lt=timezone.now() - datetime.timedelta(days=wanted.quiet_days))
    if wanted.account_id:
        named = Identity.objects.filter(member_id=OuterRef("id"), account_id=wanted.account_id)
        found = found.filter(Exists(named))
    if wanted.open_case:
        running = Case.objects.filter(workspace_id=workspace_id, member_id=OuterRef("id"), state__in=UNFINISHED)
        found = found.filter(Exists(running))
    return found


def roster(*, workspace: Workspace, wanted: Wanted, cursor: str = "", size: int = 50) -> pagination.Page[Member]:
    """One page of the roster; a page costs the same whichever it is. `of_team`: who wrote is one of the team."""
    sort = wanted.sort if wanted.sort in SORTS else "contact"
    order = SORTS[sort]
    column, backwards = order[0].lstrip("-"), order[0].startswith("-")
    found = listed(workspace_id=workspace.id, wanted=wanted)
    place = pagination.decode(cursor, PARSERS[sort], uuid.UUID)
    if place:
        past = "lt" if backwards else "gt"
        beyond = Q(**{column: place[0], f"id__{past}": place[1]})
        found = found.filter(Q(**{f"{column}__{past}": place[0]}) | beyond, **{f"{column}__{past}e": place[0]})
    team = Membership.objects.filter(workspace_id=workspace.id, user_id=OuterRef("user_id"))
    found = found.annotate(of_team=Exists(team))
    return pagination.cut(list(found.order_by(*order)[: size + 1]), size, column, "id")


def facts_of(*, workspace_id: uuid.UUID, members: Sequence[Member]) -> dict[uuid.UUID, Facts]:
    """Open cases and channels of these members: two statements."""
    ids = [member.id for member in members]
    running = Case.objects.filter(workspace_id=workspace_id, member_id__in=ids, state__in=UNFINISHED)
    counts = dict(running.values_list("member_id").annotate(number=Count("id")))
    accounts: dict[uuid.UUID, dict[uuid.UUID, ChannelAccount]] = {}
    named = Identity.objects.filter(workspace_id=workspace_id, member_id__in=ids).select_related("account")
    for identity in named.order_by("id"):
        accounts.setdefault(identity.member_id, {})[identity.account_id] = identity.account
    return {one: Facts(counts.get(one, 0), list(accounts.get(one, {}).values())) for one in ids}


def tier_counts(*, workspace_id: uuid.UUID) -> dict[str, int]:
    """How many members there are of each tier."""
    found = Member.objects.filter(IS_LISTED, workspace_id=workspace_id)
    return dict(found.values_list("tier").annotate(number=Count("id")))
