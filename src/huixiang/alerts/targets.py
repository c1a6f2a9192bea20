"""Groups and phones of the team: keeping them, and trying whether they hear us."""

import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huixiang.alerts import events, sending
from huixiang.alerts.models import AlertKind, AlertTarget
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import Hears, connectors
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace

MOST: Final = 20  # of a workspace
PURPOSE: Final = "alert"
ERROR: Final = 300


def targets(workspace_id: uuid.UUID) -> list[AlertTarget]:
    """The groups and phones of a workspace by name."""
    rows = AlertTarget.objects.filter(workspace_id=workspace_id).select_related("account")
    return list(rows.order_by("name", "id"))


def target_by_id(*, workspace_id: uuid.UUID, target_id: uuid.UUID) -> AlertTarget | None:
    """One of the workspace."""
    rows = AlertTarget.objects.filter(workspace_id=workspace_id, id=target_id)
    return rows.select_related("workspace", "account").first()


def robots(workspace: Workspace) -> list[ChannelAccount]:
    """Our own channels that lead into one group and hear nothing: a group of the team can be told through them."""
    kinds = [kind for kind, one in connectors().items() if one.can_post() and one.hears == Hears.NOTHING]
    return list(workspace.channel_accounts.filter(kind__in=kinds, closed_at=None).order_by("name", "id"))


@transaction.atomic
def add(
    *, workspace: Workspace, name: str, wants: Sequence[str], actor: Actor, address: str = "",
    account: ChannelAccount | None = None,
) -> AlertTarget:  # fmt: skip
    """Tell an address, or the group of one of our channels, from now on.

    Journal: alerts.target_changed. Raises Refused in words.
    """
    name = one_line(name or (account.name if account else ""))[:80]
    _check(name, targets(workspace.id), account)
    address = address.strip()
    shown = str(account.kind) if account else sending.shown(address)
    made = AlertTarget.objects.create(
        workspace=workspace, name=name, address="" if account else encrypt(address), account=account, shown=shown,
        wants=_wanted(wants),
    )  # fmt: skip
    _record(made, "added", actor)
    return made


def _check(name: str, known: Sequence[AlertTarget], account: ChannelAccount | None) -> None:
    if not name:
        raise Refused(_("Give it a name."))
    if any(one.name == name for one in known):
        raise Refused(_("There is one of this name already."))
    if account is not None and any(one.account_id == account.id for one in known):
        raise Refused(_("This group is told already."))
    if len(known) >= MOST:
        raise Refused(_("At most %(most)d addresses are told.") % {"most": MOST})


@transaction.atomic
def change(*, target: AlertTarget, wants: Sequence[str], actor: Actor) -> None:
    """Tell it of other things; what an update had added is known then. Journal: alerts.target_changed."""
    target.wants, target.added = _wanted(wants), []
    target.save(update_fields=["wants", "added"])
    _record(target, "changed", actor)


@transaction.atomic
def remove(*, target: AlertTarget, actor: Actor) -> None:
    """Tell it nothing any more, and forget it. Journal: alerts.target_changed."""
    _record(target, "removed", actor)
    target.delete()


def _wanted(wants: Sequence[str]) -> list[str]:
    found = [str(kind) for kind in AlertKind if kind in wants]
    if not found:
        raise Refused(_("Choose what it is told."))
    return found


def _record(target: AlertTarget, what: str, actor: Actor) -> None:
    record(events.TargetChanged(subject=target.id, what=what), workspace_id=target.workspace_id, actor=actor)


def send_test(*, target: AlertTarget) -> None:
    """Say a few words there now. Raises Refused with what the service answered."""
    with translation.override(settings.LANGUAGE_CODE):
        title, body = target.workspace.name, _("A test: alerts reach you here.")
    try:
        say(target, title, body)
    except sending.NotTold as error:
        raise Refused(_("It was not taken: %(why)s") % {"why": error.sentence}) from error


def say(target: AlertTarget, title: str, body: str) -> Delivery | None:
    """Say it there and keep how it went; through a channel of ours it is queued, and the delivery comes back.

    Raises NotTold with why not.
    """
    if target.account is not None:
        return _through_channel(target, target.account, title, body)
    try:
        sending.tell(decrypt(target.address), title=title, body=body)
    except (sending.NotTold, Refused) as error:
        note(target, str(error.sentence))
        raise sending.NotTold(str(error.sentence)) from error
    note(target, "")
    return None


def _through_channel(target: AlertTarget, account: ChannelAccount, title: str, body: str) -> Delivery:
    if account.paused_reason or account.closed_at:
        sentence = _("The channel is paused or closed: %(why)s") % {"why": account.paused_reason}
        note(target, sentence)
        raise sending.NotTold(sentence)
    delivery = Delivery(
        workspace_id=target.workspace_id, account=account, recipient=account.slug, recipient_member_id=account.id,
        purpose=PURPOSE, about_id=target.id, subject_line=title, text=f"{title}\n{body}", into_group=True,
    )  # fmt: skip
    with transaction.atomic():
        queue_deliveries([delivery])
    note(target, "")
    return delivery


def note(target: AlertTarget, error: str) -> None:
    """Keep how the last try went; "" for well."""
    if error:
        target.error, target.error_at = error[:ERROR], timezone.now()
    else:
        target.error, target.error_at, target.told_at = "", None, timezone.now()
    target.save(update_fields=["error", "error_at", "told_at"])
