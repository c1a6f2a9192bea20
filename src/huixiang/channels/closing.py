"""Ending a channel account: removing one that nothing ever came through, closing one whose messages stay."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels import delivering, events
from huixiang.channels.changes import AccountChange
from huixiang.channels.contracts import connectors
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState, Health, RefusedCall, Sent
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused

ALWAYS_OPEN: Final = ("portal", "notes")  # the community's own page and the team's own notes are no platform's
UNSENT: Final = (DeliveryState.QUEUED, DeliveryState.HELD)
OF_THE_ACCOUNT_ALONE: Final = (Health, RefusedCall, Sent)


def removable(account: ChannelAccount) -> bool:
    """Whether nothing came in or went out through it, so that nothing would be lost with it."""
    if account.kind in ALWAYS_OPEN:
        return False
    return not any(_has_rows(one.related_model, one.field.name, account) for one in _pointing_here())


def _pointing_here() -> list[Any]:
    """Every table whose rows belong to an account, but those that say nothing without it."""
    relations = ChannelAccount._meta.related_objects  # noqa: SLF001 - Django's documented way to ask a model
    return [one for one in relations if one.related_model not in OF_THE_ACCOUNT_ALONE]


def _has_rows(model: Any, field: str, account: ChannelAccount) -> bool:
    return bool(model.objects.filter(**{field: account}).exists())


def closable(account: ChannelAccount) -> bool:
    """Whether the account leads to something outside, and is still open."""
    by = connectors().get(account.kind)
    return account.closed_at is None and account.kind not in ALWAYS_OPEN and (by is None or bool(by.form))


@transaction.atomic
def remove(*, account: ChannelAccount, actor: Actor) -> None:
    """Take an account away that was never used. Journal: channels.account_changed. Raises Refused for one that was."""
    account = ChannelAccount.objects.select_for_update().get(id=account.id)
    if not removable(account):
        raise Refused(_("Messages came through this channel: close it instead, then they stay."))
    event = events.AccountChanged(subject=account.id, what=AccountChange.REMOVED)
    record(event, workspace_id=account.workspace_id, actor=actor, words=account.name)
    account.delete()


@transaction.atomic
def close(*, account: ChannelAccount, actor: Actor) -> int:
    """Take and send nothing more through it, for good; what came stays. Returns how many messages were not sent.

    Its address finds nothing any more, its secrets are forgotten, what waited to be sent is failed with the reason.
    Journal: channels.account_changed, channels.delivery_finished for each. Raises Refused for what is no platform's.
    """
    account = ChannelAccount.objects.select_for_update().get(id=account.id)
    if not closable(account):
        raise Refused(_("This channel cannot be closed."))
    account.settings, account.token = {}, None
    account.closed_at, account.paused_reason = timezone.now(), _("It was closed.")
    account.save(update_fields=["settings", "token", "closed_at", "paused_reason"])
    unsent = list(Delivery.objects.select_for_update().filter(account=account, state__in=UNSENT))
    for delivery in unsent:
        delivering.finish(delivery, DeliveryState.FAILED, _("The channel was closed before it was sent."))
    event = events.AccountChanged(subject=account.id, what=AccountChange.CLOSED)
    record(event, workspace_id=account.workspace_id, actor=actor)
    return len(unsent)
