"""Where the team is told, and of what."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.alerts import actions
from huixiang.alerts.models import AlertKind
from huixiang.alerts.sending import OWN_HOSTS, SERVICES
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

EXAMPLES = {
    "wecombot": "wecombot://BOT-KEY", "feishu": "feishu://TOKEN", "dingtalk": "dingtalk://TOKEN",
    "slack": "slack://A/B/C/#channel", "tgram": "tgram://TOKEN/CHAT-ID", "schan": "schan://SENDKEY",
    "bark": "barks://api.day.app/KEY", "ntfys": "ntfys://ntfy.sh/TOPIC", "jsons": "jsons://example.com/path",
}  # fmt: skip


def _address(membership: Membership) -> str:
    return reverse("desk:settings_alerts", args=[membership.workspace.slug])


@access.page(Permission.INTEGRATE)
def alerts(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The addresses with what each is told and how the last try went."""
    names = SERVICES | OWN_HOSTS
    context = {
        "targets": actions.targets(membership.workspace_id), "kinds": AlertKind.choices,
        "examples": [(names[scheme], example) for scheme, example in EXAMPLES.items()],
    }  # fmt: skip
    return access.shown(
        request, membership, "desk/settings/alerts.html", "settings", tab="settings_alerts", **context
    )


@access.verb(Permission.INTEGRATE)
def add(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Tell an address from now on."""
    actions.add(
        workspace=membership.workspace, name=request.POST.get("name", ""), address=request.POST.get("address", ""),
        wants=request.POST.getlist("wants"), actor=access.actor(membership),
    )  # fmt: skip
    return access.done(request, _("Added. Send a test to see whether it arrives."), _address(membership))


@access.verb(Permission.INTEGRATE)
def act(request: HttpRequest, membership: Membership, target_id: uuid.UUID) -> HttpResponse:
    """Test, change what it is told, or remove."""
    target = access.found(actions.target_by_id(workspace_id=membership.workspace_id, target_id=target_id))
    wanted, actor = request.POST.get("act", ""), access.actor(membership)
    if wanted == "test":
        target.workspace = membership.workspace
        actions.send_test(target=target)
        said = _("The service has taken the test.")
    elif wanted == "change":
        actions.change(target=target, wants=request.POST.getlist("wants"), actor=actor)
        said = _("Saved.")
    elif wanted == "remove":
        actions.remove(target=target, actor=actor)
        said = _("“%(name)s” is removed.") % {"name": target.name}
    else:
        raise Refused(_("Choose what to do."))
    return access.done(request, said, _address(membership))
