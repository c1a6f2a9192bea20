"""The inbox: which cases a view shows, in which order, page by page; how many stand in each."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Count, Prefetch, Q, QuerySet, Value, When
from django.db.models import Case as Choose
from django.utils import timezone

from huixiang.cases.approving import waiting_cases
from huixiang.cases.filters import Filters
from huixiang.cases.handing import handed_to
from huixiang.cases.marks import unread_cases, unseen
from huixiang.cases.models import Case, Tag, Turn
from huixiang.cases.search import matching
from huixiang.cases.states import ENDED, JOINABLE, TO_DO, UNFINISHED, CaseState
from huixiang.cases.urgency import GRADE_STEP
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.feedback.models import GRADE_RANK, Grade
from huixiang.kernel import pagination
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership

COUNTED_TO = 1_000  # counts of saved views stop here: "999+" is told, and telling it stays cheap
AWAKE = Q(snoozed_until=None)
TROUBLED = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


def _in_view(view: str, viewer: Membership) -> Q:
    wanted: dict[str, Q] = {
        "todo": Q(AWAKE, state__in=TO_DO, historical=False),
        "mine": Q(AWAKE, state__in=UNFINISHED, owner=viewer, historical=False),
        "unassigned": Q(AWAKE, state__in=UNFINISHED, owner=None, historical=False),
        "snoozed": Q(state__in=UNFINISHED, snoozed_until__isnull=False, historical=False),
        "overdue": Q(state__in=UNFINISHED, due_at__lt=timezone.now(), historical=False),
        "waiting": Q(AWAKE, state__in=[CaseState.WAITING_MEMBER], historical=False),
        "unread": Q(state__in=UNFINISHED, historical=False),
        "handed": Q(state__in=JOINABLE, owner=viewer, id__in=handed_to(viewer)),
        "approval": Q(id__in=waiting_cases(viewer.workspace_id)),
        "unfinished": Q(state__in=UNFINISHED),
        "ended": Q(state__in=ENDED),
        "historical": Q(state__in=UNFINISHED, historical=True),
        "all": Q(),
    }
    return wanted.get(view, wanted["todo"])


def narrowed(viewer: Membership, filters: Filters) -> QuerySet[Case]:
    """The cases these filters leave, of the viewer's workspace, unordered."""
    cases = Case.objects.filter(_in_view(filters.view, viewer), workspace_id=viewer.workspace_id)
    plain: dict[str, Any] = {
        "state__in": filters.states,
        "stage__in": filters.stages,
        "member__tier__in": filters.tiers,
        "theme_id": filters.theme_id,
        "account_id": filters.account_id,
    }
    cases = cases.filter(**{field: value for field, value in plain.items() if value})
    for narrow in (_by_grade, _by_owner, _by_tag, _by_days, _by_trouble, _by_words):
        cases = narrow(cases, viewer, filters)
    return unread_cases(cases, viewer) if filters.unread or filters.view == "unread" else cases


def _by_grade(cases: QuerySet[Case], _viewer: Membership, filters: Filters) -> QuerySet[Case]:
    """The grades, and the stretch of the urgency they take, so that the order's index is entered where they begin."""
    if not filters.grades:
        return cases
    ranks = [GRADE_RANK[Grade(grade)] for grade in filters.grades]
    return cases.filter(
        grade__in=filters.grades, urgency__gte=min(ranks) * GRADE_STEP, urgency__lt=(max(ranks) + 1) * GRADE_STEP
    )


def _by_owner(cases: QuerySet[Case], viewer: Membership, filters: Filters) -> QuerySet[Case]:
    if not filters.owner:
        return cases
    if filters.owner == "none":
        return cases.filter(owner=None)
    return cases.filter(owner_id=viewer.id if filters.owner == "me" else uuid.UUID(filters.owner))


def _by_tag(cases: QuerySet[Case], _viewer: Membership, filters: Filters) -> QuerySet[Case]:
    return cases.filter(case_tags__tag_id=filters.tag_id) if filters.tag_id else cases


def _by_days(cases: QuerySet[Case], _viewer: Membership, filters: Filters) -> QuerySet[Case]:
    """Days begin where the workspace is: the caller's time zone is active."""
    if filters.since:
        cases = cases.filter(opened_at__gte=_midnight(filters.since))
    if filters.until:
        cases = cases.filter(opened_at__lt=_midnight(filters.until + datetime.timedelta(days=1)))
    return cases.filter(due_at__lt=timezone.now()) if filters.overdue else cases


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _by_trouble(cases: QuerySet[Case], viewer: Membership, filters: Filters) -> QuerySet[Case]:
    """Cases with an answer that did not arrive, or perhaps did not."""
    if not filters.failed:
        return cases
    troubled = Delivery.objects.filter(workspace_id=viewer.workspace_id, state__in=TROUBLED)
    return cases.filter(id__in=Turn.objects.filter(delivery__in=troubled).values("case_id"))


def _by_words(cases: QuerySet[Case], viewer: Membership, filters: Filters) -> QuerySet[Case]:
    """By the words alone: what only sounds alike is the search page's to find."""
    if not filters.q:
        return cases
    return cases.filter(matching(workspace_id=viewer.workspace_id, query=filters.q, meaning=False))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page went on: the stretch of the order, the value there, the id."""

    stretch: int
    value: Any
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Sort:
    """An order an index serves. It may have stretches that follow each other: each grade, then the next."""

    field: str
    parse: Callable[[Any], Any]
    down: bool = False
    stretches: tuple[Q, ...] = (Q(),)
    stretch_of: Callable[[Case], int] = lambda _case: 0

    def place_of(self, case: Case) -> Place:
        """Where a case stands in this order."""
        return Place(self.stretch_of(case), getattr(case, self.field), case.id)

    def take(self, cases: QuerySet[Case], place: Place | None, size: int, *, back: bool = False) -> list[Case]:
        """Up to so many cases behind the place (or before it), one statement for each stretch that is entered."""
        found: list[Case] = []
        down = self.down != back
        sign = "-" if down else ""
        numbers = range(len(self.stretches))
        for number in reversed(numbers) if back else numbers:
            if place and (number > place.stretch if back else number < place.stretch):
                continue
            part = cases.filter(self.stretches[number])
            if place and number == place.stretch:
                part = _behind(part, self.field, place, down=down)
            found += part.order_by(f"{sign}{self.field}", f"{sign}id")[: size - len(found)]
            if len(found) >= size:
                break
        return found


def _behind(cases: QuerySet[Case], field: str, place: Place, *, down: bool) -> QuerySet[Case]:
    far = "lt" if down else "gt"
    if place.value is None:  # a stretch without values is in the order of the ids
        return cases.filter(**{f"id__{far}": place.id})
    same = {field: place.value, f"id__{'gte' if down else 'lte'}": place.id}
    return cases.filter(**{f"{field}__{far}e": place.value}).exclude(**same)


def _moment_or_none(value: Any) -> datetime.datetime | None:
    return None if value is None else pagination.moment(value)


SORTS: Final[dict[str, Sort]] = {
    "urgent": Sort("urgency", int),
    "due": Sort(
        "due_at", _moment_or_none, stretches=(Q(due_at__isnull=False), Q(due_at=None)),
        stretch_of=lambda case: 0 if case.due_at else 1,
    ),
    "newest": Sort("last_at", pagination.moment, down=True),
    "oldest": Sort("last_at", pagination.moment),
    "grade": Sort(
        "last_at", pagination.moment, down=True, stretches=tuple(Q(grade=grade) for grade in Grade.values),
        stretch_of=lambda case: Grade.values.index(case.grade),
    ),
}  # fmt: skip


def sort_of(filters: Filters) -> Sort:
    """The order of these filters: the view's own when none was chosen."""
    return SORTS[filters.order]


def _with_rows(cases: QuerySet[Case], viewer: Membership) -> QuerySet[Case]:
    """What a row of the list shows: member, theme, account, owner, tags, and whether the viewer has read it."""
    unread = Choose(When(state__in=UNFINISHED, then=unseen(viewer)), default=Value(False), output_field=BooleanField())
    rows = cases.select_related("member", "account", "owner__user", "theme").defer("theme__centre")
    return rows.annotate(unread=unread).prefetch_related(Prefetch("tags", Tag.objects.order_by("name")))


def inbox(*, viewer: Membership, filters: Filters, cursor: str = "", size: int = 50) -> pagination.Page[Case]:
    """A page of the list, with member, theme, account, owner, tags and `unread` on each."""
    sort = sort_of(filters)
    read = pagination.decode(cursor, str, int, sort.parse, uuid.UUID)
    place = Place(*read[1:]) if read and read[0] == filters.order and 0 <= read[1] < len(sort.stretches) else None
    rows = sort.take(_with_rows(narrowed(viewer, filters), viewer), place, size + 1)
    if len(rows) <= size:
        return pagination.Page(rows)
    last = sort.place_of(rows[size - 1])
    value = last.value.isoformat() if isinstance(last.value, datetime.datetime) else last.value
    return pagination.Page(rows[:size], pagination.encode(filters.order, last.stretch, value, last.id))


def _fresh(
    viewer: Membership, filters: Filters, since: datetime.datetime, besides: Iterable[uuid.UUID]
) -> QuerySet[Case]:
    unread = unread_cases(narrowed(viewer, filters), viewer)
    return unread.filter(heard_at__gt=since).exclude(id__in=list(besides))


def news(
    *, viewer: Membership, filters: Filters, since: datetime.datetime, besides: Sequence[uuid.UUID] = ()
) -> int:
    """How many cases of this view came in, or were spoken in, after a moment and are unread; at most COUNTED_TO."""
    return _fresh(viewer, filters, since, besides)[:COUNTED_TO].count()


def fresh(
    *, viewer: Membership, filters: Filters, since: datetime.datetime, besides: Sequence[uuid.UUID], size: int
) -> list[Case]:
    """Those cases, as rows in the order of the list, at most `size`."""
    return sort_of(filters).take(_with_rows(_fresh(viewer, filters, since, besides), viewer), None, size)


def shown(*, viewer: Membership, filters: Filters, case_ids: Sequence[uuid.UUID]) -> list[Case]:
    """Those of these cases that still belong into the view, as rows: two statements."""
    return list(_with_rows(narrowed(viewer, filters).filter(id__in=case_ids), viewer))


def row(*, viewer: Membership, case_id: uuid.UUID) -> Case | None:
    """One case as a row."""
    return _with_rows(Case.objects.filter(workspace_id=viewer.workspace_id, id=case_id), viewer).first()


def neighbours(*, viewer: Membership, filters: Filters, case: Case) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The cases before and after this one in the list, None at its ends."""
    sort, cases = sort_of(filters), narrowed(viewer, filters).exclude(id=case.id)
    place = sort.place_of(case)
    before, after = (sort.take(cases.only("id"), place, 1, back=back) for back in (True, False))
    return (before[0].id if before else None), (after[0].id if after else None)


def ids(*, viewer: Membership, filters: Filters, most: int) -> list[uuid.UUID]:
    """Every case of the list by id, at most so many: what "all in this view" means at this moment."""
    return list(narrowed(viewer, filters).order_by("id").values_list("id", flat=True)[:most])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many unfinished cases stand in each view and grade, and how many to do in each channel account."""

    views: dict[str, int]
    accounts: dict[uuid.UUID, int]


def tally(viewer: Membership) -> Tally:
    """Count everything the left column tells in one pass over one index (case_counted): one statement."""
    mine, late = Q(owner=viewer), Q(due_at__lt=timezone.now())
    rows = (
        Case.objects.filter(workspace_id=viewer.workspace_id, state__in=UNFINISHED)
        .annotate(
            late=Choose(When(late, then=Value(True)), default=Value(False), output_field=BooleanField()),
            asleep=Choose(
                When(snoozed_until__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            whose=Choose(
                When(mine, then=Value("mine")), When(owner=None, then=Value("unassigned")), default=Value("")
            ),
        )
        .values_list("historical", "state", "grade", "account_id", "late", "whose", "asleep")
        .annotate(number=Count("*"))
        .order_by()
    )
    names = ("todo", "mine", "unassigned", "overdue", "waiting", "historical", "snoozed", *Grade.values)
    found = Tally(dict.fromkeys(names, 0), {})
    for historical, state, grade, account_id, is_late, whose, asleep, number in rows:
        if asleep and not historical:
            _add_asleep(found, late=is_late, number=number)
        else:
            _add(found, (historical, state, grade, is_late, whose), account_id, number)
    return found


def _add(found: Tally, told: tuple[bool, str, str, bool, str], account_id: uuid.UUID, number: int) -> None:
    historical, state, grade, late, whose = told
    names = ["historical"] if historical else [whose] if whose else []
    if not historical:
        names += ["overdue"] if late else []
        names += ["todo", grade] if state in TO_DO else ["waiting"]
        if state in TO_DO:
            found.accounts[account_id] = found.accounts.get(account_id, 0) + number
    for name in names:
        found.views[name] += number


def _add_asleep(found: Tally, *, late: bool, number: int) -> None:
    """What is put off is out of sight, but not out of time."""
    found.views["snoozed"] += number
    found.views["overdue"] += number if late else 0


def counts(*, viewer: Membership, wanted: Sequence[Filters]) -> list[int]:
    """How many cases each of these filters leaves, COUNTED_TO at most: one statement for all of them."""
    parts: list[str] = []
    values: list[Any] = []
    for filters in wanted:
        try:
            inner, own = narrowed(viewer, filters).order_by().values("pk")[:COUNTED_TO].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({inner}) AS counted)")  # noqa: S608 - Django's own statement, its values apart
        values += own
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), values)
        return list(cursor.fetchone() or ())


def to_do_count(workspace_id: uuid.UUID) -> int:
    """How many cases wait for us."""
    return Case.objects.filter(AWAKE, workspace_id=workspace_id, state__in=TO_DO, historical=False).count()


def theme_counts(*, workspace_id: uuid.UUID, limit: int = 5) -> list[tuple[uuid.UUID, str, int]]:
    """The themes with most cases to do: (id, name, number). Counted before they are named."""
    counted = Case.objects.filter(
        AWAKE, workspace_id=workspace_id, state__in=TO_DO, historical=False, theme__isnull=False
    )
    rows = counted.values_list("theme_id").annotate(number=Count("*")).order_by("-number", "theme_id")[:limit]
    numbers = dict(rows)
    names = dict(Theme.objects.filter(id__in=list(numbers)).values_list("id", "name"))
    return [(theme_id, names[theme_id], number) for theme_id, number in numbers.items() if theme_id in names]


def account_counts(
    *, workspace_id: uuid.UUID, numbers: dict[uuid.UUID, int]
) -> list[tuple[uuid.UUID, str, str, int]]:
    """The channel accounts of a tally, those with most to do first: (id, name, kind, number)."""
    found = ChannelAccount.objects.filter(workspace_id=workspace_id, id__in=list(numbers))
    rows = [(one.id, one.name, one.kind, numbers[one.id]) for one in found]
    return sorted(rows, key=lambda row: (-row[3], row[0]))
