"""Who may answer red cases: a role may need courses of the academy first. Off until somebody switches it on.

A rule begins on a day, so that there is time to take the courses; a pass can lapse after some months. What a course is
stands in the academy; here it is a name.
"""

import calendar
import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.events import ClearanceRulesChanged
from huixiang.workspaces.models import Clearance, ClearanceRule, Membership, Workspace
from huixiang.workspaces.roles import Permission, Role, holds

LONGEST_MONTHS: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole requirement: which courses each role needs, from which day, and how long a pass counts."""

    courses: Mapping[str, Collection[str]]
    from_day: datetime.date
    valid_months: int | None = None


def may_answer_red(membership: Membership) -> bool:
    """Whether this person may answer red cases today. One statement where nothing is required, else two."""
    return not courses_missing(membership)


def courses_missing(membership: Membership) -> list[str]:
    """The courses this person has to pass, or to pass again, before answering red cases; empty when none."""
    rule = ClearanceRule.objects.filter(workspace_id=membership.workspace_id, role=membership.role).first()
    if rule is None or rule.from_day > timezone.localdate():
        return []
    return _missing(rule, {one.course: one.passed_at for one in Clearance.objects.filter(membership=membership)})


def _missing(rule: ClearanceRule, passed: Mapping[str, datetime.datetime]) -> list[str]:
    oldest = _months_ago(rule.valid_months) if rule.valid_months else None
    return [
        course for course in rule.courses if course not in passed or (oldest is not None and passed[course] < oldest)
    ]


def _months_ago(months: int) -> datetime.datetime:
    """The same day of an earlier month, or that month's last."""
    here = timezone.localtime()
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    return here.replace(year=year, month=month + 1, day=min(here.day, calendar.monthrange(year, month + 1)[1]))


def rules(workspace: Workspace) -> list[ClearanceRule]:
    """What is required, by role as roles are listed."""
    found = {rule.role: rule for rule in workspace.clearance_rules.all()}
    return [found[role] for role in Role.values if role in found]


def locked_out(*, workspace: Workspace, wanted: Wanted) -> list[tuple[Membership, list[str]]]:
    """Who of the team could not answer red cases under this requirement once its day has come, and for want of what.

    Three statements. Whoever may not answer at all is left out.
    """
    team = list(workspace.memberships.select_related("user").order_by("user__name", "id"))
    passed = passed_by(team)
    found = [(one, _missing(_rule(workspace, one.role, wanted), passed.get(one.id, {}))) for one in team]
    return [(one, courses) for one, courses in found if courses and holds(one, Permission.REPLY)]


def missing_by(team: Sequence[Membership], workspace: Workspace) -> dict[uuid.UUID, list[str]]:
    """What each of them has to pass before answering red cases today. Two statements."""
    begun = {rule.role: rule for rule in rules(workspace) if rule.from_day <= timezone.localdate()}
    passes = passed_by(team)
    return {one.id: _missing(begun[one.role], passes.get(one.id, {})) if one.role in begun else [] for one in team}


def passed_by(team: Iterable[Membership]) -> dict[uuid.UUID, dict[str, datetime.datetime]]:
    """When each of them last passed what, by membership. One statement."""
    found: dict[uuid.UUID, dict[str, datetime.datetime]] = {}
    for one in Clearance.objects.filter(membership__in=[one.id for one in team]):
        found.setdefault(one.membership_id, {})[one.course] = one.passed_at
    return found


def _rule(workspace: Workspace, role: str, wanted: Wanted) -> ClearanceRule:
    return ClearanceRule(
        workspace=workspace, role=role, courses=sorted(wanted.courses.get(role, ())), from_day=wanted.from_day,
        valid_months=wanted.valid_months,
    )  # fmt: skip


@transaction.atomic
def require(*, workspace: Workspace, wanted: Wanted, known: Sequence[str], actor: Actor) -> bool:
    """Say which courses (of `known`) which roles need before they answer red cases; nothing for none.

    Returns whether it changed anything. Journal: workspaces.clearance_rules_changed. Raises Refused for a course or
    role there is none of, and for a validity beyond five years.
    """
    needed = {role: sorted(courses) for role, courses in wanted.courses.items() if courses}
    if set(needed) - set(Role.values) or {one for courses in needed.values() for one in courses} - set(known):
        raise Refused(_("Choose roles and courses from the list."))
    if wanted.valid_months is not None and not 1 <= wanted.valid_months <= LONGEST_MONTHS:
        raise Refused(_("A pass counts for one to sixty months, or for good."))
    Workspace.objects.select_for_update().get(id=workspace.id)
    before = {(one.role, *one.courses, one.from_day, one.valid_months) for one in rules(workspace)}
    after = [_rule(workspace, role, wanted) for role in needed]
    if before == {(one.role, *one.courses, one.from_day, one.valid_months) for one in after}:
        return False
    workspace.clearance_rules.all().delete()
    ClearanceRule.objects.bulk_create(after)
    event = ClearanceRulesChanged(
        subject=workspace.id, roles=sorted(needed), courses=sorted({one for found in needed.values() for one in found}),
        from_day=wanted.from_day.isoformat(), valid_months=wanted.valid_months,
    )  # fmt: skip
    record(event, workspace_id=workspace.id, actor=actor)
    return True


def passed(*, membership: Membership, course: str, at: datetime.datetime) -> None:
    """Note that somebody passed a course; a later pass renews it."""
    Clearance.objects.update_or_create(
        membership=membership, course=course, defaults={"workspace_id": membership.workspace_id, "passed_at": at}
    )
