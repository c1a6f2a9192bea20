"""What raises an alert in this workspace, who hears of it, when it is quiet, and which groups are told."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.alerts import actions, queries, rules, targets
from huixiang.alerts.models import AlertKind, QuietHours, Sensitivity
from huixiang.alerts.sending import OWN_HOSTS, SERVICES
from huixiang.desk import access
from huixiang.desk.alerts.wishes import time_of
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, Role

EXAMPLES = {
    "wecombot": "wecombot://BOT-KEY", "feishu": "feishu://TOKEN", "dingtalk": "dingtalk://TOKEN",
    "slack": "slack://A/B/C/#channel", "tgram": "tgram://TOKEN/CHAT-ID", "schan": "schan://SENDKEY",
    "bark": "barks://api.day.app/KEY", "ntfys": "ntfys://ntfy.sh/TOPIC", "jsons": "jsons://example.com/path",
}  # fmt: skip
CHANCE = 0.01  # bounds below are told as one in so many


def _address(membership: Membership) -> str:
    return reverse("desk:settings_alerts", args=[membership.workspace.slug])


@access.page(Permission.INTEGRATE)
def alerts(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The rules, the quiet hours, and the groups with what each is told and how the last try went."""
    names, standing = SERVICES | OWN_HOSTS, rules.standing(membership.workspace_id)
    context: dict[str, Any] = {
        "rules": [_row(one) for one in standing.values()],
        "quiet": queries.quiet(workspace_id=membership.workspace_id) or QuietHours(),
        "targets": targets.targets(membership.workspace_id), "robots": targets.robots(membership.workspace),
        "kinds": AlertKind.choices, "examples": [(names[scheme], example) for scheme, example in EXAMPLES.items()],
    }  # fmt: skip
    return access.shown(
        request, membership, "desk/settings/alerts.html", "settings", tab="settings_alerts", **context
    )


def _row(one: rules.Standing) -> dict[str, Any]:
    numbers = one.rule.numbers
    tunable = len(set(numbers.values())) > 1
    return {
        "one": one, "rule": one.rule, "key": str(one.rule.kind),
        "choices": [(key, f"{word} ({_number(numbers[key])})") for key, word in Sensitivity.choices] if tunable else [],
        "roles": [(value, word) for value, word in Role.choices if one.rule.offered_to(value)],
        "hear": [str(Role(role).label) for role in one.roles if role in Role.values],
    }  # fmt: skip


def _number(number: float) -> str:
    if number < CHANCE:
        return "1:" + f"{round(1 / number):,}"
    return f"{number:.0%}" if number < 1 else f"{number:g}"


@access.verb(Permission.CONFIGURE)
def save_rules(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep which rules speak, how soon, and to whom."""
    wanted = {}
    for kind in request.POST.getlist("rule"):
        sensitivity = request.POST.get(f"sensitivity-{kind}", Sensitivity.NORMAL)
        wanted[kind] = (f"on-{kind}" in request.POST, sensitivity, request.POST.getlist(f"roles-{kind}"))
    actions.set_rules(workspace=membership.workspace, wanted=wanted, actor=access.actor(membership))
    return access.done(request, _("Saved. It holds from the next look on, within five minutes."), _address(membership))


@access.verb(Permission.CONFIGURE)
def save_quiet(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the quiet hours of everybody who has none of their own."""
    actions.set_quiet(
        workspace=membership.workspace, starts=time_of(request, "starts"), ends=time_of(request, "ends"),
        days_off="days_off" in request.POST, actor=access.actor(membership),
    )  # fmt: skip
    return access.done(request, _("Saved."), _address(membership))


@access.verb(Permission.INTEGRATE)
def add(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Tell an address, or a group one of our channels leads to, from now on."""
    robot, known = request.POST.get("robot", ""), targets.robots(membership.workspace)
    account = next((one for one in known if str(one.id) == robot), None)
    if robot and account is None:
        raise Refused(_("Choose a channel that leads into a group."))
    targets.add(
        workspace=membership.workspace, name=request.POST.get("name", ""), address=request.POST.get("address", ""),
        account=account, wants=request.POST.getlist("wants"), actor=access.actor(membership),
    )  # fmt: skip
    return access.done(request, _("Added. Send a test to see whether it arrives."), _address(membership))


@access.verb(Permission.INTEGRATE)
def act(request: HttpRequest, membership: Membership, target_id: uuid.UUID) -> HttpResponse:
    """Test, change what it is told, or remove."""
    target = access.found(targets.target_by_id(workspace_id=membership.workspace_id, target_id=target_id))
    wanted, actor = request.POST.get("act", ""), access.actor(membership)
    if wanted == "test":
        targets.send_test(target=target)
        said = _("The test is on its way.") if target.account_id else _("The service has taken the test.")
    elif wanted == "change":
        targets.change(target=target, wants=request.POST.getlist("wants"), actor=actor)
        said = _("Saved.")
    elif wanted == "remove":
        targets.remove(target=target, actor=actor)
        said = _("“%(name)s” is removed.") % {"name": target.name}
    else:
        raise Refused(_("Choose what to do."))
    return access.done(request, said, _address(membership))
