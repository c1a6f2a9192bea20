"""Keeping the team's addresses, and telling them."""

import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huixiang.alerts import events, sending, telling
from huixiang.alerts.models import AlertKind, AlertTarget
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.workspaces.models import Workspace

MOST: Final = 20  # addresses of a workspace
AT_ONCE: Final = 200  # deliveries that failed told of in one alert


def targets(workspace_id: uuid.UUID) -> list[AlertTarget]:
    """The addresses of a workspace by name."""
    return list(AlertTarget.objects.filter(workspace_id=workspace_id).order_by("name", "id"))


def target_by_id(*, workspace_id: uuid.UUID, target_id: uuid.UUID) -> AlertTarget | None:
    """One address of the workspace."""
    return AlertTarget.objects.filter(workspace_id=workspace_id, id=target_id).first()


@transaction.atomic
def add(*, workspace: Workspace, name: str, address: str, wants: Sequence[str], actor: Actor) -> AlertTarget:
    """Tell an address from now on. Journal: alerts.target_changed. Raises Refused in words."""
    name, known = one_line(name)[:80], targets(workspace.id)
    if not name:
        raise Refused(_("Give it a name."))
    if any(one.name == name for one in known):
        raise Refused(_("There is one of this name already."))
    if len(known) >= MOST:
        raise Refused(_("At most %(most)d addresses are told.") % {"most": MOST})
    address = address.strip()
    made = AlertTarget.objects.create(
        workspace=workspace, name=name, address=encrypt(address), shown=sending.shown(address), wants=_wanted(wants)
    )
    _record(made, "added", actor)
    return made


@transaction.atomic
def change(*, target: AlertTarget, wants: Sequence[str], actor: Actor) -> None:
    """Tell it of other things. Journal: alerts.target_changed."""
    target.wants = _wanted(wants)
    target.failures_seen_at = timezone.now()
    target.save(update_fields=["wants", "failures_seen_at"])
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
    sentence = _tell(target, title, body)
    if sentence:
        raise Refused(_("It was not taken: %(why)s") % {"why": sentence})


def _tell(target: AlertTarget, title: str, body: str) -> str:
    """Tell it and keep how it went; returns why not, "" when it went well."""
    try:
        sending.tell(decrypt(target.address), title=title, body=body)
    except (sending.NotTold, Refused) as error:
        target.error, target.error_at = str(error.sentence)[:300], timezone.now()
    else:
        target.error, target.error_at, target.told_at = "", None, timezone.now()
    target.save(update_fields=["error", "error_at", "told_at"])
    return target.error


@transaction.atomic
def alert(*, workspace_id: uuid.UUID, kind: str, subjects: Sequence[uuid.UUID]) -> int:
    """Queue a message to every address that wants to hear of this; returns how many. Job: alerts.send, one for each."""
    wanted = AlertTarget.objects.filter(workspace_id=workspace_id, wants__contains=[kind])
    for target_id in wanted.values_list("id", flat=True).order_by("id"):
        ids = [str(one) for one in subjects]
        jobs.queue("alerts.send", lock=f"alerts.send:{target_id}", target_id=str(target_id), kind=kind, subjects=ids)
    return len(wanted)


def send(*, target_id: uuid.UUID, kind: str, subjects: Sequence[uuid.UUID]) -> bool:
    """Tell one address of what still is so. Journal: alerts.told. Raises NotTold, for another try."""
    target = AlertTarget.objects.filter(id=target_id).select_related("workspace").first()
    if target is None:
        return False
    title, body, about = telling.words(target.workspace, kind, subjects)
    if not about:
        return False
    if sentence := _tell(target, title, body):
        raise sending.NotTold(sentence)
    event = events.Alerted(subject=target.id, kind=kind, about=about)
    with transaction.atomic():
        record(event, workspace_id=target.workspace_id, actor=SYSTEM)
    return True


def look_for_failures() -> int:
    """Queue an alert for what could not be delivered since the last look; returns for how many addresses."""
    found = 0
    for target in AlertTarget.objects.filter(wants__contains=[str(AlertKind.FAILED)]):
        with transaction.atomic():
            found += _look(target)
    return found


def _look(target: AlertTarget) -> bool:
    states = [DeliveryState.FAILED, DeliveryState.UNKNOWN]
    rows = Delivery.objects.filter(workspace_id=target.workspace_id, state__in=states)
    new = list(rows.filter(finished_at__gt=target.failures_seen_at).order_by("-finished_at", "-id")[:AT_ONCE])
    if not new:
        return False
    target.failures_seen_at = max(one.finished_at for one in new if one.finished_at)
    target.save(update_fields=["failures_seen_at"])
    ids = [str(one.id) for one in new]
    lock, kind = f"alerts.send:{target.id}", str(AlertKind.FAILED)
    jobs.queue("alerts.send", lock=lock, target_id=str(target.id), kind=kind, subjects=ids)
    return True
