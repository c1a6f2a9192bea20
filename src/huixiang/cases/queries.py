"""Finding cases, and reading what became of a feedback."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from huixiang.cases.models import Case, Clock, Turn
from huixiang.cases.states import JOINABLE, TO_DO, UNFINISHED, CaseState, Lane
from huixiang.feedback.models import Grade
from huixiang.kernel import pagination
from huixiang.members.models import Member
from huixiang.workspaces.models import Membership, Workspace

VIEWS = ("todo", "mine", "unassigned", "overdue", "waiting", "unfinished", "ended", "historical")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the inbox shows: a view, and what narrows it. "" leaves a field open."""

    view: str = "todo"
    grade: str = ""
    theme_id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None


def _in_view(view: str, cases: QuerySet[Case], viewer: Membership) -> QuerySet[Case]:
    now = timezone.now()
    wanted: dict[str, Q] = {
        "todo": Q(state__in=TO_DO, historical=False),
        "mine": Q(state__in=UNFINISHED, owner=viewer, historical=False),
        "unassigned": Q(state__in=UNFINISHED, owner=None, historical=False),
        "overdue": Q(state__in=UNFINISHED, due_at__lt=now, historical=False),
        "waiting": Q(state=CaseState.WAITING_MEMBER, historical=False),
        "unfinished": Q(state__in=UNFINISHED),
        "ended": Q(state__in=[CaseState.SOLVED, CaseState.CONFIRMED, CaseState.CLOSED]),
        "historical": Q(state__in=UNFINISHED, historical=True),
    }
    return cases.filter(wanted.get(view, wanted["todo"]))


def _narrowed(viewer: Membership, filters: Filters) -> QuerySet[Case]:
    cases = _in_view(filters.view, Case.objects.filter(workspace_id=viewer.workspace_id), viewer)
    narrowed: dict[str, Any] = {
        "grade": filters.grade,
        "theme_id": filters.theme_id,
        "account_id": filters.account_id,
    }
    return cases.filter(**{field: value for field, value in narrowed.items() if value})


def inbox(*, viewer: Membership, filters: Filters, cursor: str = "", size: int = 50) -> pagination.Page[Case]:
    """The most urgent first, with member, theme, account and owner."""
    cases = _narrowed(viewer, filters)
    place = pagination.decode(cursor, int, uuid.UUID)
    if place:
        cases = cases.filter(urgency__gte=place[0]).exclude(urgency=place[0], id__lte=place[1])
    rows = cases.select_related("member", "account", "owner__user", "theme").defer("theme__centre")
    return pagination.cut(list(rows.order_by("urgency", "id")[: size + 1]), size, "urgency", "id")


def news(*, viewer: Membership, filters: Filters, since: datetime.datetime) -> int:
    """How many cases of this view came, or were spoken in by the member, after a moment and are unread.

    A case that was opened for an older message is known by its id, which carries the time it was made.
    """
    made_after = uuid.UUID(int=int(since.timestamp() * 1000) << 80)
    fresh = _narrowed(viewer, filters).filter(unread=True)
    return fresh.filter(Q(last_at__gt=since) | Q(id__gt=made_after)).count()


def neighbours(*, viewer: Membership, filters: Filters, case: Case) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The cases before and after this one in the inbox, None at its ends."""
    cases = _narrowed(viewer, filters).exclude(id=case.id)
    before = cases.filter(Q(urgency__lt=case.urgency) | Q(urgency=case.urgency, id__lt=case.id))
    after = cases.filter(Q(urgency__gt=case.urgency) | Q(urgency=case.urgency, id__gt=case.id))
    return (
        before.order_by("-urgency", "-id").values_list("id", flat=True).first(),
        after.order_by("urgency", "id").values_list("id", flat=True).first(),
    )


def view_counts(viewer: Membership) -> dict[str, int]:
    """How many cases stand in each view and grade: one statement."""
    now = timezone.now()
    alive = Q(historical=False)
    counted = Case.objects.filter(workspace_id=viewer.workspace_id, state__in=UNFINISHED).aggregate(
        todo=Count("id", filter=alive & Q(state__in=TO_DO)),
        mine=Count("id", filter=alive & Q(owner=viewer)),
        unassigned=Count("id", filter=alive & Q(owner=None)),
        overdue=Count("id", filter=alive & Q(due_at__lt=now)),
        waiting=Count("id", filter=alive & Q(state=CaseState.WAITING_MEMBER)),
        imported=Count("id", filter=Q(historical=True)),  # not named like the field the others filter by
        **{grade: Count("id", filter=alive & Q(state__in=TO_DO, grade=grade)) for grade in Grade.values},
    )
    return {"historical" if name == "imported" else name: number for name, number in counted.items()}


def to_do_count(workspace_id: uuid.UUID) -> int:
    """How many cases wait for us."""
    return Case.objects.filter(workspace_id=workspace_id, state__in=TO_DO, historical=False).count()


def theme_counts(*, workspace_id: uuid.UUID, limit: int = 5) -> list[tuple[uuid.UUID, str, int]]:
    """The themes with most cases to do: (id, name, number)."""
    counted = Case.objects.filter(
        workspace_id=workspace_id, state__in=TO_DO, historical=False, theme__isnull=False
    )
    rows = (
        counted.values_list("theme_id", "theme__name")
        .annotate(number=Count("id"))
        .order_by("-number", "theme_id")
    )
    return list(rows[:limit])


def account_counts(*, workspace_id: uuid.UUID) -> list[tuple[uuid.UUID, str, str, int]]:
    """The channel accounts of the cases to do: (id, name, kind, number)."""
    counted = Case.objects.filter(workspace_id=workspace_id, state__in=TO_DO, historical=False)
    rows = counted.values_list("account_id", "account__name", "account__kind").annotate(number=Count("id"))
    return list(rows.order_by("-number", "account_id"))


def case_by_id(*, workspace_id: uuid.UUID, case_id: uuid.UUID) -> Case | None:
    """One case with everything its page shows beside the turns."""
    found = Case.objects.filter(workspace_id=workspace_id, id=case_id)
    return (
        found.select_related("member", "account", "conversation", "owner__user", "theme", "workspace")
        .defer("theme__centre")
        .first()
    )


def turns(case: Case) -> list[Turn]:
    """Everything said, oldest first."""
    return list(
        case.turns.select_related("by__user", "delivery__account", "conversation__account").order_by(
            "at", "id"
        )
    )


def turns_of_cases(case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Turn]]:
    """What members may read of many cases, oldest first, no notes: one statement."""
    found: dict[uuid.UUID, list[Turn]] = {case_id: [] for case_id in case_ids}
    rows = Turn.objects.filter(case_id__in=list(case_ids)).exclude(lane=Lane.INTERNAL)
    for turn in rows.select_related("by__user").order_by("at", "id"):
        found[turn.case_id].append(turn)
    return found


def public_turns(case: Case) -> list[Turn]:
    """What everybody may read."""
    return [turn for turn in turns(case) if turn.lane == Lane.PUBLIC]


def clocks(case: Case) -> list[Clock]:
    """The case's clocks, the latest of each name."""
    latest: dict[str, Clock] = {}
    for clock in case.clocks.order_by("started_at"):
        latest[clock.name] = clock
    return list(latest.values())


def joinable(*, workspace_id: uuid.UUID, member_ids: set[uuid.UUID]) -> list[Case]:
    """Cases of these members that a later message can join, the newest first."""
    found = Case.objects.filter(workspace_id=workspace_id, member_id__in=member_ids, state__in=JOINABLE)
    return list(found.select_related("conversation").order_by("-last_at"))


def conversations_of(case_ids: list[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """In which conversations these cases are held: (case id, conversation id)."""
    rows = Turn.objects.filter(case_id__in=case_ids, conversation__isnull=False)
    return set(rows.values_list("case_id", "conversation_id").distinct())


def cases_of_theme(*, workspace_id: uuid.UUID, theme_id: uuid.UUID, limit: int = 8) -> list[Case]:
    """The most urgent cases about a theme."""
    found = Case.objects.filter(workspace_id=workspace_id, theme_id=theme_id)
    return list(found.select_related("member").order_by("urgency", "id")[:limit])


def first_answered_case(*, workspace_id: uuid.UUID, theme_id: uuid.UUID) -> Case | None:
    """The case about a theme that was answered before the others: when the dialogue began."""
    found = Case.objects.filter(workspace_id=workspace_id, theme_id=theme_id, first_answered_at__isnull=False)
    return found.order_by("first_answered_at").first()


def cases_by_id(*, workspace_id: uuid.UUID, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Case]:
    """Many cases at once."""
    return {case.id: case for case in Case.objects.filter(workspace_id=workspace_id, id__in=set(ids))}


def cases_of_members(*, workspace_id: uuid.UUID, member_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Case]]:
    """Every case of these members, newest first."""
    found: dict[uuid.UUID, list[Case]] = {}
    rows = Case.objects.filter(workspace_id=workspace_id, member_id__in=member_ids).select_related(
        "owner__user", "theme"
    )
    for case in rows.defer("theme__centre").order_by("-opened_at"):
        found.setdefault(case.member_id, []).append(case)
    return found


def team_load(workspace: Workspace) -> dict[uuid.UUID, int]:
    """How many unfinished cases each member of the team owns."""
    rows = Case.objects.filter(workspace=workspace, state__in=UNFINISHED, owner__isnull=False).values_list(
        "owner_id"
    )
    return dict(rows.annotate(number=Count("id")))


def member_record(member: Member) -> dict[str, int]:
    """What is known of a critic: feedbacks, confirmed reports, cases solved."""
    solved = Case.objects.filter(member=member, state__in=[CaseState.SOLVED, CaseState.CONFIRMED]).count()
    return {"feedback": member.feedback_count, "confirmed": member.confirmed_count, "solved": solved}
