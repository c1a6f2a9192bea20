"""Finding endpoints and what went to them."""

import datetime
import uuid

from django.db.models import Count, Q
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.models import RefusedCall, WebhookDelivery, WebhookEndpoint, WebhookState
from huixiang.kernel import pagination
from huixiang.workspaces.models import Workspace

LATELY = datetime.timedelta(hours=24)


def endpoints(workspace: Workspace) -> list[WebhookEndpoint]:
    """All of them by name, with `delivered` and `failed` of the last day."""
    lately = Q(deliveries__created_at__gte=timezone.now() - LATELY)
    counted = WebhookEndpoint.objects.filter(workspace=workspace).annotate(
        delivered=Count("deliveries", filter=lately & Q(deliveries__state=WebhookState.DELIVERED)),
        failed=Count("deliveries", filter=lately & Q(deliveries__state=WebhookState.FAILED)),
    )
    return list(counted.order_by("name", "id"))


def listening(*, workspace_id: uuid.UUID, events: set[str]) -> list[WebhookEndpoint]:
    """Whoever wants to know of any of these."""
    return list(WebhookEndpoint.objects.filter(workspace_id=workspace_id, events__overlap=sorted(events)))


def anybody_listens(*, workspace_id: uuid.UUID, events: set[str]) -> bool:
    """Whether an endpoint wants to know of any of these."""
    return WebhookEndpoint.objects.filter(workspace_id=workspace_id, events__overlap=sorted(events)).exists()


def endpoint_by_id(*, workspace_id: uuid.UUID, endpoint_id: uuid.UUID) -> WebhookEndpoint | None:
    """One endpoint of the workspace."""
    return WebhookEndpoint.objects.filter(workspace_id=workspace_id, id=endpoint_id).first()


def log(
    *, endpoint: WebhookEndpoint, state: str = "", event: str = "", cursor: str = "", size: int = 50
) -> pagination.Page[WebhookDelivery]:
    """What went there, newest first."""
    rows = endpoint.deliveries.all()
    if state:
        rows = rows.filter(state=state)
    if event:
        rows = rows.filter(event=event)
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        rows = rows.filter(created_at__lte=place[0]).exclude(created_at=place[0], id__gte=place[1])
    return pagination.cut(list(rows.order_by("-created_at", "-id")[: size + 1]), size, "created_at", "id")


def delivery_by_id(*, workspace_id: uuid.UUID, message_id: uuid.UUID) -> WebhookDelivery | None:
    """One message with its endpoint."""
    found = WebhookDelivery.objects.filter(workspace_id=workspace_id, id=message_id)
    return found.select_related("endpoint").first()


def refused_calls(account: ChannelAccount, limit: int = 20) -> list[RefusedCall]:
    """What an incoming webhook could not take, newest first."""
    return list(account.refused_calls.order_by("-at")[:limit])
