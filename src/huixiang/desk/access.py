"""Who may open a page or do something, and what a person reads when it cannot be done."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import pgettext

from huixiang.cases.inbox import to_do_count
from huixiang.desk import unsent
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import membership_of
from huixiang.workspaces.roles import GRANTS, Permission, Role, holds

View = Callable[..., HttpResponseBase]


def page(permission: Permission = Permission.READ) -> Callable[[View], View]:
    """Let somebody of the team read; nobody else can tell that the page exists (404)."""
    return _guard(permission, ("GET", "HEAD"))


def verb(permission: Permission) -> Callable[[View], View]:
    """Let somebody with the permission change something by POST. What is refused is told in its own sentence."""
    return _guard(permission, ("POST",))


def either(permission: Permission) -> Callable[[View], View]:
    """Let somebody with the permission open a form by GET and send it by POST to the same address."""
    return _guard(permission, ("GET", "HEAD", "POST"))


def _guard(permission: Permission, methods: tuple[str, ...]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, workspace: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request, workspace)
            membership = membership_of(user=request.user, slug=workspace)
            if membership is None:
                raise Http404
            if not holds(membership, permission):
                return _not_theirs(request, membership, permission)
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if membership.workspace.second_factor_required and not membership.has_second_factor:
                return _one_step_more(request, membership)
            return _unkept(_in_zone(view, request, membership, kwargs))

        return guarded

    return decorate


def _not_theirs(request: HttpRequest, membership: Membership, permission: Permission) -> HttpResponseBase:
    """404, as for whoever is not of the team; one of the team who opens a page reads who may, and how to get there."""
    if request.method not in {"GET", "HEAD"} or getattr(request, "htmx", False):
        raise Http404
    if membership.workspace.second_factor_required and not membership.has_second_factor:
        raise Http404
    may_do = pgettext("between roles", ", ").join(str(role.label) for role in Role if permission in GRANTS[role])
    words = {"workspace": membership.workspace, "role": Role(membership.role).label, "roles": may_do}
    return _unkept(render(request, "desk/not_theirs.html", words, status=404))


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    """No cache keeps what the team reads, not even the browser's on a shared computer; files say for themselves."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _sign_in_first(request: HttpRequest, slug: str) -> HttpResponse:
    """To the login and back to the page; after a form to the page it stood on, with the words kept."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    unsent.keep(request)
    return redirect_to_login(back(request, reverse("desk:home", args=[slug])))


def _one_step_more(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The team asks for a second step at signing in: here is where it is set up. What was to be sent is kept."""
    unsent.keep(request)
    if getattr(request, "htmx", False):  # 403: nothing was taken, so the page keeps the draft as it goes
        address = reverse("desk:home", args=[membership.workspace.slug])
        return HttpResponse(status=403, headers={"HX-Redirect": address})
    return render(request, "mfa/required.html", {"workspace": membership.workspace}, status=403)


def _in_zone(view: View, request: HttpRequest, membership: Membership, kwargs: dict[str, Any]) -> HttpResponseBase:
    """Run the view with the clock of the workspace, where days begin and times are told."""
    with timezone.override(ZoneInfo(membership.workspace.time_zone)):
        try:
            return view(request, membership, **kwargs)
        except Refused as refused:
            return told(request, refused, back(request, reverse("desk:inbox", args=[membership.workspace.slug])))


def told(request: HttpRequest, refused: Refused, address: str) -> HttpResponse:
    """Answer a refusal: htmx shows the sentence as a toast and leaves the form as it was; else a message."""
    if getattr(request, "htmx", False):
        return HttpResponse(str(refused.sentence), status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, str(refused.sentence))
    return HttpResponseRedirect(address)


def back(request: HttpRequest, default: str) -> str:
    """Where to go after a change: the form's `next`, else the page it came from, if they are ours."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return address
    return default


def done(request: HttpRequest, sentence: str, address: str) -> HttpResponse:
    """Say what was done and go on; htmx is sent to the page as well."""
    if sentence:
        messages.success(request, sentence)
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def actor(membership: Membership) -> Actor:
    """The membership as the journal names it."""
    return Actor("staff", membership.id)


def found(thing: Any) -> Any:
    """Hand the thing on, or answer 404 when there is none of this workspace."""
    if thing is None:
        raise Http404
    return thing


def shown(request: HttpRequest, membership: Membership, template: str, section: str, **context: Any) -> HttpResponse:
    """Render a page with what the frame around every desk page needs."""
    if "inbox_count" not in context:
        context["inbox_count"] = to_do_count(membership.workspace_id)
    return part(request, membership, template, section=section, **context)


def part(request: HttpRequest, membership: Membership, template: str, **context: Any) -> HttpResponse:
    """Render a piece of a page: who looks, and what they may do as `may`."""
    base = {"workspace": membership.workspace, "membership": membership, "may": may(membership)}
    return render(request, template, base | context)


def may(membership: Membership) -> dict[str, bool]:
    """Every permission by name, for templates: buttons nobody may press are not shown."""
    return {str(permission): holds(membership, permission) for permission in Permission}
