"""What Prometheus is told of the database: each figure from one indexed look."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from huixiang.cases.models import IS_UNFINISHED, Case
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.intake.models import Message, MessageState
from huixiang.kernel import jobs

UNFINISHED_JOBS = ("todo", "doing")


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge: its name, what it means, its labels, and (values of the labels, value)."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    values: list[tuple[list[str], float]]


def all_of_them() -> Iterator[Figure]:
    """Every figure, over all workspaces; no names, no ids."""
    yield from _messages()
    yield from _cases()
    yield _deliveries()
    yield _paused()
    yield from _jobs()


def _messages() -> Iterator[Figure]:
    pending = Message.objects.filter(state=MessageState.PENDING).aggregate(number=Count("id"), first=Min("received_at"))
    waits = (timezone.now() - pending["first"]).total_seconds() if pending["first"] else 0.0
    yield Figure("huixiang_messages_pending", "Messages not read yet", (), [([], pending["number"])])
    yield Figure("huixiang_messages_oldest_seconds", "How long the oldest unread message waits", (), [([], waits)])
    parked = Message.objects.filter(state=MessageState.PARKED).count()
    yield Figure("huixiang_messages_parked", "Messages that could not be read", (), [([], parked)])


def _cases() -> Iterator[Figure]:
    alive = Case.objects.filter(IS_UNFINISHED, historical=False)
    rows = alive.values_list("grade").annotate(number=Count("id")).order_by()
    values = [([grade], float(number)) for grade, number in rows]
    yield Figure("huixiang_cases_open", "Unfinished cases", ("grade",), values)
    late = alive.filter(due_at__lt=timezone.now()).count()
    yield Figure("huixiang_cases_overdue", "Unfinished cases with a clock that ran out", (), [([], late)])


def _deliveries() -> Figure:
    states = [state for state in DeliveryState if state != DeliveryState.DELIVERED]
    rows = Delivery.objects.filter(state__in=states).values_list("state").annotate(number=Count("id")).order_by()
    found = dict(rows)
    values = [([str(state)], float(found.get(state, 0))) for state in states]
    return Figure("huixiang_deliveries", "Outgoing messages that are not delivered", ("state",), values)


def _paused() -> Figure:
    number = ChannelAccount.objects.exclude(paused_reason="").count()
    return Figure("huixiang_channels_paused", "Channels that stand still", (), [([], number)])


def _jobs() -> Iterator[Figure]:
    waiting = ProcrastinateJob.objects.filter(status__in=UNFINISHED_JOBS)
    rows = waiting.values_list("task_name", "status").annotate(number=Count("id")).order_by()
    values = [([name, status], float(number)) for name, status, number in rows]
    yield Figure("huixiang_jobs", "Jobs waiting or being done", ("job", "state"), values)
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    yield Figure("huixiang_jobs_failed", "Jobs that were given up", (), [([], failed)])
    beat = jobs.last_heartbeat()
    silent = (timezone.now() - beat).total_seconds() if beat else float("inf")
    yield Figure("huixiang_worker_silent_seconds", "Since a worker was last heard of", (), [([], silent)])
