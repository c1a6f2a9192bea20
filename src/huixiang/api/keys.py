"""Who may call: a workspace's key, what it opens, and in whose name it changes things."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthorizationError, HttpError
from ninja.security import HttpBearer

from huixiang.journal.events import Actor
from huixiang.workspaces.actions import KEY_PREFIX
from huixiang.workspaces.models import ApiKey, Membership, Scope
from huixiang.workspaces.queries import NEED_NOBODY, api_key_by_secret, person_of
from huixiang.workspaces.roles import Permission, holds

MEMO = "_huixiang_key"
KEPT = "_huixiang_kept_answer"


class Kept(Exception):  # noqa: N818 - no error: the answer this call had before
    """The call was made before and may still be made: its answer is given again instead of doing it twice."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


class KeyedRequest(HttpRequest):
    """A request that came with a key; the workspace is the key's."""

    auth: ApiKey


def of(request: HttpRequest) -> ApiKey | None:
    """The live key a request carries, looked up once however often it is asked for."""
    if not hasattr(request, MEMO):
        setattr(request, MEMO, _read(request.headers.get("Authorization", "")))
    found: ApiKey | None = getattr(request, MEMO)
    return found


def _read(header: str) -> ApiKey | None:
    kind, _space, secret = header.partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret.startswith(KEY_PREFIX) or not secret.isascii() or "\x00" in secret:
        return None
    return api_key_by_secret(secret)


class ApiKeyBearer(HttpBearer):
    """`Authorization: Bearer hx_…`. Without a live key 401, without the scope 403 naming it."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:  # noqa: ARG002 - the framework's shape
        """The key this secret opens."""
        key = of(request)
        if key and self.scope.value not in key.scopes:
            raise AuthorizationError(
                403, _("The key has not the scope “%(scope)s”; make one that has.") % {"scope": self.scope.value}
            )
        if key and self.scope in NEED_NOBODY:
            _give_kept(request)
        return key


def keep_ready(request: HttpRequest, response: HttpResponse) -> None:
    """Give this answer as soon as the call has shown that it may be made: key, scope, and the person's role."""
    setattr(request, KEPT, response)


def _give_kept(request: HttpRequest) -> None:
    kept: HttpResponse | None = getattr(request, KEPT, None)
    if kept is not None:
        raise Kept(kept)


ingest, read, deliver = (ApiKeyBearer(scope) for scope in (Scope.INGEST, Scope.READ, Scope.DELIVER))
personal, feedback, cases = (ApiKeyBearer(scope) for scope in (Scope.PERSONAL, Scope.FEEDBACK, Scope.CASES))
themes, members, announcements = (ApiKeyBearer(scope) for scope in (Scope.THEMES, Scope.MEMBERS, Scope.ANNOUNCEMENTS))


def acting(request: KeyedRequest, *permissions: Permission) -> Membership:
    """In whose name the call changes something. 403 with a sentence when nobody's, or when that person may not.

    The first thing a call that changes something asks: nothing is looked up before, and a repeated one ends here.
    """
    membership = _person(request, permissions)
    _give_kept(request)
    return membership


def unmasking(request: KeyedRequest) -> Actor | None:
    """In whose name personal data is shown; None for a key without the scope, which sees it masked.

    403 with a sentence when that person has left or may not see it any more: a key sees no more than they do.
    """
    if Scope.PERSONAL.value not in request.auth.scopes:
        return None
    return Actor("staff", _person(request, [Permission.UNMASK]).id)


def _person(request: KeyedRequest, permissions: Iterable[Permission]) -> Membership:
    membership = person_of(request.auth)
    if membership is None:
        raise HttpError(403, _("The key acts for nobody of the team any more; make a new one."))
    if not all(holds(membership, permission) for permission in permissions):
        raise HttpError(403, _("%(name)s, for whom the key acts, may not do this.") % {"name": membership})
    return membership


def actor(request: KeyedRequest, *permissions: Permission) -> Actor:
    """The same as the journal's verbs want it; written down is the key."""
    return Actor("staff", acting(request, *permissions).id)


def found(thing: Any) -> Any:
    """Hand the thing on, or answer 404 when there is none of this workspace."""
    if thing is None:
        raise Http404
    return thing
