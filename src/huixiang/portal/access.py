"""Which community a page belongs to, and who is looking at it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from huixiang.members.actions import member_for_user
from huixiang.members.models import Member
from huixiang.members.queries import member_of_user
from huixiang.workspaces.models import User, Workspace
from huixiang.workspaces.queries import workspace_by_slug

P = ParamSpec("P")


@dataclass(slots=True)
class Visit:
    """A look at a community; `member` is None for who has not joined it."""

    workspace: Workspace
    user: User | None
    member: Member | None

    def join(self) -> Member | None:
        """The member the visitor is, joined now if they are logged in; None for everybody else."""
        if self.member is None and self.user is not None:
            self.member = member_for_user(workspace=self.workspace, user=self.user)
        return self.member

    def context(self, section: str, **more: Any) -> dict[str, Any]:
        """What every template of the portal needs, and more."""
        return {"workspace": self.workspace, "member": self.member, "section": section, **more}


def community_page(
    view: Callable[Concatenate[HttpRequest, Visit, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Turn the slug of the path into a Visit, or answer 404; times are shown in the community's zone."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        workspace = workspace_by_slug(str(kwargs.pop("community")))
        if workspace is None:
            raise Http404
        user = request.user if isinstance(request.user, User) else None
        member = member_of_user(workspace=workspace, user=user) if user else None
        with timezone.override(ZoneInfo(workspace.time_zone)):
            response = view(request, Visit(workspace, user, member), *args, **kwargs)
        if user is not None or not request.session.is_empty():  # one's own page, by login or by follow code
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return inner


def to_login(back_to: str) -> HttpResponse:
    """The login page, which leads back to this address of ours."""
    return redirect(f"{resolve_url('account_login')}?{urlencode({'next': back_to})}")


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where the form came from, when that is an address of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if safe else otherwise)


def as_id(value: object) -> uuid.UUID | None:
    """An id from a session or a form; None when it is none."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
