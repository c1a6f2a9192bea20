"""What a draft would have changed: the cases of the last thirty days, chosen for once more. Nothing is stored."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.playbooks.choosing import Known, choose
from huixiang.playbooks.models import Playbook, PlaybookVersion
from huixiang.playbooks.running import in_force
from huixiang.workspaces.models import Workspace

DAYS: Final = 30
LISTED: Final = 100
COLUMNS: Final = ("grade", "opening_kind", "member__tier", "account__kind", "account_id")
Alike = tuple[Any, ...]  # cases that are chosen for alike: the values of COLUMNS


@dataclass(frozen=True, slots=True)
class Turned:
    """So many cases that would have had another playbook; None stands for none at all."""

    before: Playbook | None
    after: Playbook | None
    cases: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a try: how many cases were looked at, how many the playbook has and would have, which go elsewhere.

    `listed` names at most LISTED of these, the newest first, each with its playbook now and then.
    """

    since: datetime.datetime
    cases: int
    has: int
    would_have: int
    turned: list[Turned]
    listed: list[tuple[Case, Playbook | None, Playbook | None]]

    @property
    def other(self) -> int:
        """How many would have gone another way."""
        return sum(one.cases for one in self.turned)


def try_out(*, workspace: Workspace, draft: PlaybookVersion) -> Trial:
    """Choose for the cases of the last DAYS days by the playbooks in force, and once more with the draft in its place.

    Cases are told apart by what a choice asks for alone, so that the number of statements, four, and the work in
    Python do not grow with the number of cases. Each counts by its grade of today, as a case that opens now would.
    """
    now, since = in_force(workspace), timezone.now() - datetime.timedelta(days=DAYS)
    then = _with(now, draft)
    total = {True: 0, False: 0}
    ways: dict[Alike, tuple[Playbook | None, Playbook | None]] = {}
    counts: dict[tuple[Playbook | None, Playbook | None], int] = {}
    for *values, number in _alike(workspace.id, since):
        known = Known(values[0], values[1] or "", *values[2:])
        before, after = (_book(choose(versions, known)) for versions in (now, then))
        for which, book in ((False, before), (True, after)):
            total[which] += number if book and book.id == draft.playbook_id else 0
        ways[tuple(values)] = (before, after)
        counts[before, after] = counts.get((before, after), 0) + number
    turned = [Turned(*way, number) for way, number in counts.items() if way[0] != way[1]]
    listed = _listed(workspace.id, since, {alike: way for alike, way in ways.items() if way[0] != way[1]})
    turned.sort(key=lambda one: -one.cases)
    return Trial(since, sum(counts.values()), total[False], total[True], turned, listed)


def _with(versions: Sequence[PlaybookVersion], draft: PlaybookVersion) -> list[PlaybookVersion]:
    """The versions in force with the draft in place of its own playbook's, in the order they are asked."""
    others = [version for version in versions if version.playbook_id != draft.playbook_id]
    return sorted([*others, draft], key=lambda version: (version.playbook.position, version.playbook_id))


def _book(version: PlaybookVersion | None) -> Playbook | None:
    return version.playbook if version else None


def _cases(workspace_id: uuid.UUID, since: datetime.datetime) -> QuerySet[Case]:
    said = Feedback.objects.filter(workspace_id=workspace_id, case_id=OuterRef("id")).order_by("id").values("kind")[:1]
    rows = Case.objects.filter(workspace_id=workspace_id, opened_at__gte=since, historical=False)
    return rows.annotate(opening_kind=Subquery(said))


def _alike(workspace_id: uuid.UUID, since: datetime.datetime) -> Iterable[tuple[Any, ...]]:
    rows: QuerySet[Any, Any] = _cases(workspace_id, since).order_by().values(*COLUMNS).annotate(n=Count("id"))
    return rows.values_list(*COLUMNS, "n")


def _listed(
    workspace_id: uuid.UUID, since: datetime.datetime, ways: dict[Alike, tuple[Playbook | None, Playbook | None]]
) -> list[tuple[Case, Playbook | None, Playbook | None]]:
    if not ways:
        return []
    wanted = Q()
    for alike in ways:
        wanted |= Q(**dict(zip(COLUMNS, alike, strict=True)))
    rows = _cases(workspace_id, since).filter(wanted).select_related("member", "account")
    return [(case, *ways[_key(case)]) for case in rows.order_by("-opened_at", "-id")[:LISTED]]


def _key(case: Case) -> Alike:
    kind = case.opening_kind  # type: ignore[attr-defined]  # annotated by the query
    return (case.grade, kind, case.member.tier, case.account.kind, case.account_id)
