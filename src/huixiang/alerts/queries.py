"""Reading alerts: the list and its counts, one alert with its evidence, who was told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case as Choose
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from huixiang.alerts.models import (
    IS_OPEN,
    SEVERITY_RANK,
    Alert,
    AlertKind,
    Notice,
    Preference,
    QuietHours,
    Severity,
    Way,
)
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.kernel import pagination
from huixiang.kernel.pagination import Page
from huixiang.workspaces.models import Membership

VIEWS: Final = ("open", "seen", "snoozed", "done")
SIZE: Final = 50
COUNTED_TO: Final = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; "" leaves a thing open."""

    view: str = "open"
    rule: str = ""
    severity: str = ""
    mine: bool = False


def _waits(now: object) -> Q:
    return IS_OPEN & Q(acknowledged_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now))


def _in_view(view: str) -> Q:
    now = timezone.now()
    wanted = {
        "open": _waits(now),
        "seen": IS_OPEN & Q(acknowledged_at__isnull=False),
        "snoozed": IS_OPEN & Q(acknowledged_at=None, snoozed_until__gt=now),
        "done": Q(closed_at__isnull=False),
    }
    return wanted.get(view, wanted["open"])


def _mine(viewer: Membership) -> Exists:
    return Exists(Notice.objects.filter(alert_id=OuterRef("id"), membership=viewer, way=Way.DESK))


def _narrowed(viewer: Membership, filters: Filters) -> QuerySet[Alert]:
    found = Alert.objects.filter(workspace_id=viewer.workspace_id)
    if filters.rule in AlertKind.values:
        found = found.filter(rule=filters.rule)
    if filters.severity in Severity.values:
        found = found.filter(severity=filters.severity)
    return found.filter(_mine(viewer)) if filters.mine else found


def listed(viewer: Membership, filters: Filters, cursor: str = "") -> Page[Alert]:
    """A page: what presses most first, then the latest; what is over by when it was. One statement."""
    rows = _narrowed(viewer, filters).filter(_in_view(filters.view)).select_related(
        "acknowledged_by__user", "snoozed_by__user", "owner__user"
    )
    if filters.view == "done":
        if at := pagination.decode(cursor, pagination.moment, uuid.UUID):
            rows = rows.filter(Q(closed_at__lt=at[0]) | Q(closed_at=at[0], id__lt=at[1]))
        return pagination.cut(list(rows.order_by("-closed_at", "-id")[: SIZE + 1]), SIZE, "closed_at", "id")
    presses = [When(severity=severity, then=Value(rank)) for severity, rank in SEVERITY_RANK.items()]
    rows = rows.annotate(rank=Choose(*presses, default=Value(len(presses)), output_field=IntegerField()))
    if at := pagination.decode(cursor, int, pagination.moment, uuid.UUID):
        later = Q(rank=at[0], last_at__lt=at[1]) | Q(rank=at[0], last_at=at[1], id__lt=at[2])
        rows = rows.filter(Q(rank__gt=at[0]) | later)
    return pagination.cut(list(rows.order_by("rank", "-last_at", "-id")[: SIZE + 1]), SIZE, "rank", "last_at", "id")


def counts(viewer: Membership, filters: Filters) -> dict[str, int]:
    """How many stand in each view under the other filters, but for what is over: one statement."""
    rows = _narrowed(viewer, filters).filter(IS_OPEN)
    counted = rows.aggregate(**{view: Count("id", filter=_in_view(view)) for view in VIEWS if view != "done"})
    return {view: int(number) for view, number in counted.items()}


def waiting(viewer: Membership) -> int:
    """How many wait for this person: told to them, open, not put off; the number on the rail."""
    found = Alert.objects.filter(_waits(timezone.now()), _mine(viewer), workspace_id=viewer.workspace_id)
    return found[:COUNTED_TO].count()


def alert_by_id(*, workspace_id: uuid.UUID, alert_id: uuid.UUID) -> Alert | None:
    """One alert of the workspace."""
    rows = Alert.objects.filter(workspace_id=workspace_id, id=alert_id)
    return rows.select_related("acknowledged_by__user", "snoozed_by__user", "owner__user").first()


def evidence(alert: Alert) -> list[Feedback]:
    """What was said, the latest first; what was deleted is left out."""
    rows = Feedback.objects.filter(workspace_id=alert.workspace_id, id__in=alert.evidence, removed_at=None)
    found = rows.select_related("member", "account").defer("embedding", "search")
    return list(found.order_by("-said_at", "-id"))


def talk(alert: Alert) -> list[Message]:
    """The messages taken for no feedback whose words raised it, while their text is kept."""
    ids = [uuid.UUID(one) for one in alert.figures.get("messages", []) if isinstance(one, str)]
    if not ids:
        return []
    rows = Message.objects.filter(workspace_id=alert.workspace_id, id__in=ids, erased_at=None)
    return list(rows.select_related("account", "member").order_by("-received_at", "-id"))


def notices(alert: Alert) -> list[Notice]:
    """Who was told of it and how that went."""
    rows = alert.notices.select_related("membership__user", "target", "delivery")
    return list(rows.order_by("-due_at", "id"))


def notice_by_id(*, workspace_id: uuid.UUID, notice_id: uuid.UUID) -> Notice | None:
    """One telling of the workspace."""
    return Notice.objects.filter(workspace_id=workspace_id, id=notice_id).first()


def history(alert: Alert) -> list[Entry]:
    """What happened to it, the latest first."""
    rows = Entry.objects.filter(workspace_id=alert.workspace_id, subject_kind="alert", subject_id=alert.id)
    return list(rows.select_related("words").order_by("-id")[:SIZE])


def earlier(alert: Alert) -> list[Alert]:
    """The last times the same rule spoke of the same thing."""
    rows = Alert.objects.filter(workspace_id=alert.workspace_id, subject_id=alert.subject_id, rule=alert.rule)
    return list(rows.exclude(id=alert.id).select_related("acknowledged_by__user").order_by("-raised_at")[:5])


def quiet(*, workspace_id: uuid.UUID, membership: Membership | None = None) -> QuietHours | None:
    """The quiet hours that were set, of the workspace or of one person."""
    return QuietHours.objects.filter(workspace_id=workspace_id, membership=membership).first()


def ways(membership: Membership) -> dict[str, Sequence[str]]:
    """What somebody chose, by rule; nothing of a rule that is as shipped."""
    found = Preference.objects.filter(membership=membership).values_list("ways", flat=True).first()
    return dict(found or {})
