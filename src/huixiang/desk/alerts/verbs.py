"""What is done about alerts, to one or to all that are ticked."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.alerts import actions, delivering, queries
from huixiang.desk import access
from huixiang.desk.alerts.views import alert_of, sees_to
from huixiang.desk.inbox.asked import uuid_of
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _address(membership: Membership) -> str:
    return reverse("desk:alerts", args=[membership.workspace.slug])


@access.verb(Permission.READ)
def many(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Acknowledge, put off or take up again what is ticked."""
    ids = [one for one in map(uuid_of, request.POST.getlist("alert")) if one]
    if not ids:
        raise Refused(_("Tick what it is about."))
    return access.done(request, _do(request, membership, ids), access.back(request, _address(membership)))


@access.verb(Permission.READ)
def one(request: HttpRequest, membership: Membership, alert_id: uuid.UUID) -> HttpResponse:
    """The same to one."""
    alert = alert_of(membership, alert_id)
    address = reverse("desk:alert", args=[membership.workspace.slug, alert.id])
    return access.done(request, _do(request, membership, [alert.id]), access.back(request, address))


def _do(request: HttpRequest, membership: Membership, ids: list[uuid.UUID]) -> str:
    """Do what the form says, and say what was done. Raises Refused for who may not, and when nothing is left to do."""
    if not sees_to(membership):
        raise Refused(_("Whoever handles cases or themes sees to alerts."))
    act, place = request.POST.get("act", ""), membership.workspace_id
    if act == "acknowledge":
        note = request.POST.get("note", "").replace("\x00", "")
        number = len(actions.acknowledge(workspace_id=place, ids=ids, by=membership, note=note))
        said = ngettext("%(n)d alert is acknowledged.", "%(n)d alerts are acknowledged.", number)
    elif act == "back":
        number = actions.take_back(workspace_id=place, ids=ids, actor=access.actor(membership))
        said = ngettext("%(n)d alert waits for somebody again.", "%(n)d alerts wait for somebody again.", number)
    elif act == "wake":
        number = actions.wake(workspace_id=place, ids=ids, actor=access.actor(membership))
        said = ngettext("%(n)d alert is not put off any longer.", "%(n)d alerts are not put off any longer.", number)
    else:
        return _snooze(membership, ids, act)
    if not number:
        raise Refused(_("Nothing to do: it was done already, or it is over."))
    return said % {"n": number}


def _snooze(membership: Membership, ids: list[uuid.UUID], span: str) -> str:
    put_off, until = actions.snooze(workspace=membership.workspace, ids=ids, span=span, by=membership)
    if not put_off:
        raise Refused(_("It is over: there is nothing to put off."))
    said = ngettext("%(n)d alert is put off until %(at)s.", "%(n)d alerts are put off until %(at)s.", len(put_off))
    return said % {"n": len(put_off), "at": date_format(timezone.localtime(until), "m-d H:i", use_l10n=False)}


@access.verb(Permission.READ)
def again(request: HttpRequest, membership: Membership, notice_id: uuid.UUID) -> HttpResponse:
    """Tell somebody again whom it did not reach."""
    notice = access.found(queries.notice_by_id(workspace_id=membership.workspace_id, notice_id=notice_id))
    if not sees_to(membership):
        raise Refused(_("Whoever handles cases or themes sees to alerts."))
    delivering.again(notice=notice)
    address = reverse("desk:alert", args=[membership.workspace.slug, notice.alert_id])
    return access.done(request, _("It is told again."), access.back(request, address))
