"""What somebody wants to hear, where and when: their own page."""

import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.alerts import actions, queries, rules
from huixiang.alerts.models import QuietHours, Way
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.either(Permission.READ)
def mine(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Each rule with the ways somebody is told of it, and their quiet hours."""
    if request.method == "POST":
        return _keep(request, membership)
    chosen, own = queries.ways(membership), queries.quiet(workspace_id=membership.workspace_id, membership=membership)
    standing = rules.standing(membership.workspace_id)
    context: dict[str, Any] = {
        "rows": [(one, _hears(membership, one), chosen.get(kind, [str(way) for way in one.rule.ways]))
                 for kind, one in standing.items()],
        "own": own, "quiet": own or queries.quiet(workspace_id=membership.workspace_id) or QuietHours(),
        "mail": bool(settings.EMAIL_HOST), "address": membership.user.email,
    }  # fmt: skip
    return access.shown(request, membership, "desk/alerts/mine.html", "alerts", **context)


def _hears(membership: Membership, standing: rules.Standing) -> str:
    """When this person is told by a rule at all."""
    if not standing.on:
        return _("Switched off in this workspace")
    if standing.rule.needs:
        return _needing(membership, standing)
    if membership.role in standing.roles and not standing.rule.owner_alone:
        return _("You hear of all of them")
    if membership.role in standing.roles:
        return _("You hear of your own, and of those nobody owns")
    return _("You hear of your own")


def _needing(membership: Membership, standing: rules.Standing) -> str:
    if not standing.rule.offered_to(membership.role):
        return _("You hear of none: your role cannot decide on them")
    if membership.role in standing.roles:
        return _("You hear of all but your own")
    return _("You hear of those on your cases")


def _keep(request: HttpRequest, membership: Membership) -> HttpResponse:
    ways = {kind: request.POST.getlist(f"ways-{kind}") for kind in rules.RULES}
    if not settings.EMAIL_HOST:  # the boxes cannot be ticked: what was chosen before stays
        before = queries.ways(membership)
        for kind, rule in rules.RULES.items():
            if Way.MAIL in before.get(kind, rule.ways):
                ways[kind].append(str(Way.MAIL))
    actions.set_ways(membership=membership, ways=ways)
    if request.POST.get("own") == "1":
        starts, ends = time_of(request, "starts"), time_of(request, "ends")
        actions.set_quiet(
            workspace=membership.workspace, membership=membership, starts=starts, ends=ends,
            days_off="days_off" in request.POST, actor=access.actor(membership),
        )  # fmt: skip
    else:
        actions.drop_quiet(membership=membership, actor=access.actor(membership))
    return access.done(request, _("Saved."), reverse("desk:alerts_mine", args=[membership.workspace.slug]))


def time_of(request: HttpRequest, name: str) -> datetime.time:
    """A time of a form, like 22:00. Raises Refused in words."""
    try:
        return datetime.time.fromisoformat(request.POST.get(name, "")).replace(tzinfo=None, microsecond=0)
    except ValueError:
        raise Refused(_("Give the quiet hours like 22:00.")) from None
