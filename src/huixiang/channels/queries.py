"""Finding accounts and deliveries."""

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q

from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.kernel import prepared
from huixiang.workspaces.models import Workspace

ACCOUNTS_BY_SLUG = f"""
    SELECT {prepared.columns(ChannelAccount, "account")} FROM channels_channelaccount AS account
    WHERE account.workspace_id = %(workspace)s::uuid AND account.slug = ANY(%(slugs)s::text[])
    AND account.closed_at IS NULL
"""  # noqa: S608 - put together from the model's own columns


def account_by_slug(*, workspace: Workspace, slug: str) -> ChannelAccount | None:
    """One account of the workspace, None when there is none of that name."""
    return ChannelAccount.objects.filter(workspace=workspace, slug=slug).first()


def accounts_by_slug(*, workspace: Workspace, slugs: Iterable[str]) -> dict[str, ChannelAccount]:
    """The accounts of these slugs that exist and were not closed."""
    found = prepared.rows(ACCOUNTS_BY_SLUG, {"workspace": workspace.id, "slugs": list(slugs)})
    accounts = [prepared.instance(ChannelAccount, row) for row in found]
    return {account.slug: account for account in accounts}


def accounts(workspace: Workspace) -> list[ChannelAccount]:
    """All accounts with the number of their failed deliveries as `failed`, by name."""
    failed = Count("deliveries", filter=Q(deliveries__state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN]))
    return list(workspace.channel_accounts.annotate(failed=failed).order_by("name"))


def first_of_kind(*, workspace_id: uuid.UUID, kind: str) -> ChannelAccount | None:
    """The oldest account of a kind, None when there is none."""
    return ChannelAccount.objects.filter(workspace_id=workspace_id, kind=kind).order_by("created_at").first()


def waiting_to_be_fetched(*, account: ChannelAccount, limit: int) -> list[Delivery]:
    """Answers an app has still to show, oldest first."""
    ready = Delivery.objects.filter(account=account, state=DeliveryState.READY)
    return list(ready.select_related("conversation").order_by("created_at")[:limit])


def unfinished_business(*, workspace: Workspace, limit: int = 100) -> list[Delivery]:
    """Deliveries that failed or may have, newest first: each wants a person."""
    troubled = Delivery.objects.filter(workspace=workspace, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN])
    return list(troubled.select_related("account").order_by("-created_at")[:limit])


def shown_to_member(*, workspace_id: uuid.UUID, member_ids: Sequence[uuid.UUID], limit: int = 50) -> list[Delivery]:
    """What was sent to a person, newest first: the notices of their page."""
    sent = Delivery.objects.filter(workspace_id=workspace_id, recipient_member_id__in=member_ids)
    return list(sent.order_by("-created_at")[:limit])


def progress_about(*, workspace_id: uuid.UUID, about_id: uuid.UUID) -> dict[str, int]:
    """How many deliveries about one thing are in each state."""
    counted = Delivery.objects.filter(workspace_id=workspace_id, about_id=about_id).values_list("state")
    return dict(counted.annotate(number=Count("id")))


def gone_out_since(*, workspace_id: uuid.UUID, about_id: uuid.UUID, since: datetime.datetime) -> int:
    """How many deliveries about one thing came to their end since a moment."""
    return Delivery.objects.filter(workspace_id=workspace_id, about_id=about_id, finished_at__gte=since).count()


def accounts_of_deliveries(*, workspace: Workspace, delivery_ids: Sequence[uuid.UUID]) -> list[ChannelAccount]:
    """The accounts of the workspace through which these deliveries go."""
    found = ChannelAccount.objects.filter(workspace=workspace, deliveries__id__in=delivery_ids)
    return list(found.distinct().order_by("id"))


def troubled_about(*, workspace_id: uuid.UUID, about_id: uuid.UUID, limit: int = 20) -> list[Delivery]:
    """Deliveries about one thing that failed or may have, newest first."""
    troubled = Delivery.objects.filter(
        workspace_id=workspace_id, about_id=about_id, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN]
    )
    return list(troubled.select_related("account").order_by("-created_at")[:limit])


def delivery_exists(*, workspace_id: uuid.UUID, delivery_id: uuid.UUID) -> bool:
    """Whether the workspace has this delivery, whatever its state."""
    return Delivery.objects.filter(workspace_id=workspace_id, id=delivery_id).exists()


def troubled_count() -> int:
    """How many deliveries of the installation failed or may have."""
    return Delivery.objects.filter(state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN]).count()


def members_written_to(*, workspace_id: uuid.UUID, about_id: uuid.UUID, purpose: str) -> set[uuid.UUID]:
    """Who has got, or will get, a message of this purpose about something."""
    rows = Delivery.objects.filter(workspace_id=workspace_id, about_id=about_id, purpose=purpose)
    found = rows.filter(recipient_member_id__isnull=False).values_list("recipient_member_id", flat=True)
    return {member_id for member_id in found if member_id}
