"""Finding cases, and reading what became of a feedback. The inbox's own are in inbox.py."""

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Count

from huixiang.cases.files import put_files
from huixiang.cases.models import Case, Clock, ClockName, Turn
from huixiang.cases.states import JOINABLE, UNFINISHED, CaseState, Lane
from huixiang.kernel import prepared
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace

NUMBERS = "SELECT id, number FROM cases_case WHERE workspace_id = %(workspace)s::uuid AND id = ANY(%(ids)s::uuid[])"


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
        case.turns.select_related("by__user", "delivery__account", "conversation__account").order_by("at", "id")
    )


def turns_of_cases(case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Turn]]:
    """What members may read of many cases, oldest first, no notes, with files: two statements."""
    found: dict[uuid.UUID, list[Turn]] = {case_id: [] for case_id in case_ids}
    rows = Turn.objects.filter(case_id__in=list(case_ids)).exclude(lane=Lane.INTERNAL)
    for turn in rows.select_related("by__user").order_by("at", "id"):
        found[turn.case_id].append(turn)
    put_files([turn for said in found.values() for turn in said])
    return found


def public_turns(case: Case) -> list[Turn]:
    """What everybody may read."""
    return [turn for turn in turns(case) if turn.lane == Lane.PUBLIC]


def clocks(case: Case) -> list[Clock]:
    """The case's clocks, the latest of each name; in the order of the names."""
    latest: dict[str, Clock] = {}
    for clock in sorted(case.clocks.all(), key=lambda one: (ClockName.values.index(one.name), one.started_at)):
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


def case_labels(*, workspace_id: uuid.UUID, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """What many cases are called (HX-1042), at once."""
    wanted = list(set(filter(None, ids)))
    found = prepared.rows(NUMBERS, {"workspace": workspace_id, "ids": wanted}) if wanted else []
    return {case_id: Case(number=number).label for case_id, number in found}


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
    rows = Case.objects.filter(workspace=workspace, state__in=UNFINISHED, owner__isnull=False).values_list("owner_id")
    return dict(rows.annotate(number=Count("id")))


def member_record(member: Member) -> dict[str, int]:
    """What is known of a critic: feedbacks, confirmed reports, cases solved."""
    solved = Case.objects.filter(member=member, state__in=[CaseState.SOLVED, CaseState.CONFIRMED]).count()
    return {"feedback": member.feedback_count, "confirmed": member.confirmed_count, "solved": solved}
