"""Telling: what is due to one receiver goes out as one message, and how that went is kept.

Just before it goes, what somebody has acknowledged, put off or solved meanwhile is left out. A mail that fails is tried
again after a minute, five and thirty; then it is shown as not told, with why and what to do.
"""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.alerts import events, routing, targets, wording
from huixiang.alerts.models import Notice, NoticeState, Way
from huixiang.alerts.sending import NotTold
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.journal.actions import record
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace

LISTED: Final = 8  # alerts told in full; how many more there are is said
AT_ONCE: Final = 200
AGAIN: Final = [datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30)]
LEASE: Final = datetime.timedelta(minutes=5)
LATE: Final = datetime.timedelta(days=3)
SHOWN: Final = 300  # characters of an error


def queue_due(now: datetime.datetime | None = None) -> int:
    """Queue a job for each receiver with something due; note what a channel of ours could not deliver."""
    now = now or timezone.now()
    _note_undelivered(now)
    due = Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=now).order_by("due_at")[: 10 * AT_ONCE]
    receivers = sorted({routing.receiver_of(one) for one in due})
    for receiver in receivers:
        routing.queue_for(receiver)
    return len(receivers)


def _note_undelivered(now: datetime.datetime) -> None:
    failed = Delivery.objects.filter(
        purpose=targets.PURPOSE, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN], created_at__gt=now - LATE
    )
    why = Delivery.objects.filter(id=OuterRef("delivery_id")).values("error")[:1]
    rows = Notice.objects.filter(state=NoticeState.SENT, delivery__in=failed)
    rows.update(state=NoticeState.FAILED, error=Substr(Subquery(why), 1, SHOWN))


def send(*, receiver: str, now: datetime.datetime | None = None) -> int:
    """Tell one receiver of everything that is due; returns of how many alerts. Journal, of a group: alerts.told."""
    now = now or timezone.now()
    notices = _claim(receiver, now)
    wanted = [one for one in notices if one.alert.waits]
    _finish([one for one in notices if not one.alert.waits], NoticeState.DROPPED, now)
    if not wanted:
        return 0
    wanted.sort(key=lambda one: wording.order(one.alert))
    workspace = wanted[0].alert.workspace
    with translation.override(settings.LANGUAGE_CODE), timezone.override(ZoneInfo(workspace.time_zone)):
        title, body = message(workspace, wanted)
    try:
        delivery = _say(wanted[0], title, body)
    except (NotTold, OSError) as error:
        _failed(wanted, str(getattr(error, "sentence", "") or error) or type(error).__name__, now)
        return 0
    _finish(wanted, NoticeState.SENT, now, delivery)
    if wanted[0].target_id:
        _record(wanted)
    return len(wanted)


def _of(receiver: str) -> QuerySet[Notice]:
    kind, _colon, receiver_id = receiver.partition(":")
    rows = Notice.objects.filter(**{f"{kind}_id": uuid.UUID(receiver_id)})
    return rows.filter(way=Way.GROUP if kind == "target" else Way.MAIL)


@transaction.atomic
def _claim(receiver: str, now: datetime.datetime) -> list[Notice]:
    """What is due, under a lease: a worker that dies leaves it to the next."""
    rows = _of(receiver).filter(state=NoticeState.WAITING, due_at__lte=now)
    due = rows.select_for_update(of=("self",), skip_locked=True).select_related(
        "alert__workspace", "target__account", "membership__user"
    )
    claimed = list(due.order_by("due_at", "id")[:AT_ONCE])
    Notice.objects.filter(id__in=[one.id for one in claimed]).update(due_at=now + LEASE)
    return claimed


def message(workspace: Workspace, notices: Sequence[Notice]) -> tuple[str, str]:
    """Title and body: each alert with its reason and a link into the desk."""
    told = wording.tell_all(workspace, [one.alert for one in notices])
    lines = [f"[{one.severity}] {one.title}\n{one.reason}\n{_desk(workspace, one.alert.id)}" for one in told[:LISTED]]
    if (more := len(told) - LISTED) > 0:
        lines.append(_("and %(n)d more") % {"n": more} + f"\n{_desk(workspace)}")
    if len(told) == 1:
        return f"{workspace.name}: {told[0].rule}", "\n\n".join(lines)
    number = ngettext("%(n)d alert", "%(n)d alerts", len(told)) % {"n": len(told)}
    return f"{workspace.name}: {number}", "\n\n".join(lines)


def _desk(workspace: Workspace, alert_id: uuid.UUID | None = None) -> str:
    return f"{settings.PUBLIC_URL}/w/{workspace.slug}/alerts/" + (f"{alert_id}/" if alert_id else "")


def _say(first: Notice, title: str, body: str) -> Delivery | None:
    if first.target is not None:
        return targets.say(first.target, title, body)
    if first.membership is None or first.membership.left_at or not first.membership.user.is_active:
        raise NotTold(_("They are not in the team any more."))
    send_mail(one_line(title), body, None, [first.membership.user.email])
    return None


def _finish(notices: Sequence[Notice], state: str, now: datetime.datetime, delivery: Delivery | None = None) -> None:
    ids = [one.id for one in notices]
    Notice.objects.filter(id__in=ids).update(
        state=state, error="", sent_at=now if state == NoticeState.SENT else None, delivery=delivery, due_at=now
    )


def _failed(notices: Sequence[Notice], sentence: str, now: datetime.datetime) -> None:
    for one in notices:
        one.attempts += 1
        one.error, over = sentence[:SHOWN], one.attempts > len(AGAIN)
        one.state = NoticeState.FAILED if over else NoticeState.WAITING
        one.due_at = now if over else now + AGAIN[one.attempts - 1]
    Notice.objects.bulk_update(notices, ["attempts", "error", "state", "due_at"])


def _record(notices: Sequence[Notice]) -> None:
    first = notices[0]
    assert first.target_id is not None  # noqa: S101 - the caller asked for a group's
    event = events.Alerted(subject=first.target_id, kind=first.alert.rule, about=len(notices))
    with transaction.atomic():
        record(event, workspace_id=first.workspace_id)


@transaction.atomic
def again(*, notice: Notice) -> None:
    """Tell once more, because a person says so. Job: alerts.send."""
    rows = Notice.objects.filter(id=notice.id, state=NoticeState.FAILED)
    if rows.update(state=NoticeState.WAITING, attempts=0, due_at=timezone.now(), delivery=None):
        routing.queue_for(routing.receiver_of(notice))
