"""What an alert says: numbers and titles as the desk shows them, masked, with a link into the desk."""

import uuid
from collections.abc import Callable, Sequence
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from huixiang.alerts.models import AlertKind
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.feedback.models import Grade
from huixiang.themes.models import EarlyWarning
from huixiang.workspaces.models import Workspace

LISTED: Final = 5
Lines = list[str]


def words(workspace: Workspace, kind: str, subjects: Sequence[uuid.UUID]) -> tuple[str, str, int]:
    """Title, body and of how many things; the number is 0 when nothing of it is so any more."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = _LINES[kind](workspace, subjects)
        title = f"{workspace.name}: {AlertKind(kind).label}"
        more = len(lines) - LISTED
        body = "\n".join(lines[:LISTED] + ([_("and %(n)d more") % {"n": more}] if more > 0 else []))
        return title, body, len(lines)


def _desk(workspace: Workspace, path: str) -> str:
    return f"{settings.PUBLIC_URL}/w/{workspace.slug}/{path}"


def _red(workspace: Workspace, subjects: Sequence[uuid.UUID]) -> Lines:
    found = Case.objects.filter(workspace=workspace, id__in=subjects, grade=Grade.RED, state__in=UNFINISHED)
    rows = found.filter(historical=False).order_by("number")
    return [f"{one.label} {one.title}\n{_desk(workspace, f'cases/{one.id}/')}" for one in rows]


def _rise(workspace: Workspace, subjects: Sequence[uuid.UUID]) -> Lines:
    latest: dict[uuid.UUID, EarlyWarning] = {}
    rows = EarlyWarning.objects.filter(workspace=workspace, theme_id__in=subjects).select_related("theme")
    for one in rows.defer("theme__centre").order_by("id"):
        latest[one.theme_id] = one
    said = _("%(theme)s: %(people)d people within %(days)d days")
    return [
        said % {"theme": one.theme.name, "people": one.people, "days": one.days}
        + f"\n{_desk(workspace, f'themes/{one.theme_id}/')}"
        for one in latest.values()
    ]


def _paused(workspace: Workspace, subjects: Sequence[uuid.UUID]) -> Lines:
    rows = ChannelAccount.objects.filter(workspace=workspace, id__in=subjects).exclude(paused_reason="")
    return [f"{one.name}: {one.paused_reason}\n{_desk(workspace, 'channels/')}" for one in rows.order_by("name")]


def _failed(workspace: Workspace, subjects: Sequence[uuid.UUID]) -> Lines:
    states = [DeliveryState.FAILED, DeliveryState.UNKNOWN]
    rows = Delivery.objects.filter(workspace=workspace, id__in=subjects, state__in=states).select_related("account")
    by_account: dict[str, list[Delivery]] = {}
    for one in rows.order_by("id"):
        by_account.setdefault(one.account.name, []).append(one)
    return [
        _("%(account)s: %(n)d not delivered. %(why)s") % {"account": name, "n": len(some), "why": some[-1].error}
        + f"\n{_desk(workspace, 'channels/')}"
        for name, some in sorted(by_account.items())
    ]  # fmt: skip


_LINES: Final[dict[str, Callable[[Workspace, Sequence[uuid.UUID]], Lines]]] = {
    AlertKind.RED: _red, AlertKind.RISE: _rise, AlertKind.PAUSED: _paused, AlertKind.FAILED: _failed,
}  # fmt: skip
