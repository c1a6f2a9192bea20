"""Who may call: a workspace's key, and what it opens."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer

from huixiang.workspaces.actions import KEY_PREFIX
from huixiang.workspaces.models import ApiKey, Scope
from huixiang.workspaces.queries import api_key_by_secret


class KeyedRequest(HttpRequest):
    """A request that came with a key; the workspace is the key's."""

    auth: ApiKey


class ApiKeyBearer(HttpBearer):
    """`Authorization: Bearer hx_…`. Without a live key 401, without the scope 403 naming it."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:  # noqa: ARG002 - the framework's shape
        """The key this secret opens."""
        secret = token.strip()
        key = api_key_by_secret(secret) if secret.startswith(KEY_PREFIX) and secret.isascii() else None
        if key and self.scope.value not in key.scopes:
            raise AuthorizationError(
                403, _("The key has not the scope “%(scope)s”; make one that has.") % {"scope": self.scope.value}
            )
        return key


ingest, read, deliver = (ApiKeyBearer(scope) for scope in (Scope.INGEST, Scope.READ, Scope.DELIVER))
