"""How many calls a key may make: a token bucket a key, counted in the database so that every process sees the same.

Headers as in draft-ietf-httpapi-ratelimit-headers-06. The bucket's table is unlogged: counting waits for no disk.
"""

import math
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from huixiang.api import errors
from huixiang.kernel import prepared
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import ApiKey

MINUTE = 60
CALLS, INGEST = "calls", "ingest"
INGESTING = ("POST", "/api/v1/messages")
# What has flowed back since the last call, no more than a bucket holds, less this call. No row: nothing was left.
SINCE = "greatest(0, extract(epoch FROM clock_timestamp() - bucket.at))"
NOW = f"least(%(holds)s::float, bucket.tokens + %(rate)s::float * {SINCE})"
TAKE = f"""
    INSERT INTO workspaces_ratebucket AS bucket (id, workspace_id, api_key_id, kind, tokens, at)
    VALUES (
        %(id)s::uuid, %(workspace)s::uuid, %(key)s::uuid, %(kind)s::text, %(holds)s::float - 1, clock_timestamp()
    )
    ON CONFLICT (api_key_id, kind) DO UPDATE SET tokens = {NOW} - 1, at = clock_timestamp() WHERE {NOW} >= 1
    RETURNING tokens
"""  # noqa: S608 - put together from this file alone
LOOK = f"SELECT {NOW} FROM workspaces_ratebucket AS bucket WHERE api_key_id = %(key)s::uuid AND kind = %(kind)s::text"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Left:
    """What a key has left: whether this call goes through, of how many a minute, and seconds until the next."""

    through: bool
    holds: int
    remaining: int
    reset: int
    wait: int


def take(key: ApiKey, request: HttpRequest) -> Left | None:
    """Count one call. None when no limit is set."""
    kind = INGEST if (request.method, request.path) == INGESTING else CALLS
    holds = settings.API_MESSAGES_A_MINUTE if kind == INGEST else settings.API_CALLS_A_MINUTE
    return _count(key.id, key.workspace_id, kind, holds) if holds > 0 else None


def _count(key_id: uuid.UUID, workspace_id: uuid.UUID, kind: str, holds: int) -> Left:
    values: dict[str, Any] = {
        "id": new_id(), "workspace": workspace_id, "key": key_id, "kind": kind, "holds": holds,
        "rate": holds / MINUTE,
    }  # fmt: skip
    taken = prepared.rows(TAKE, values)
    through = bool(taken)
    [tokens] = (taken or prepared.rows(LOOK, values) or [(0.0,)])[0]
    rate = holds / MINUTE
    reset = math.ceil((holds - tokens) / rate)
    return Left(through, holds, math.floor(tokens), reset, max(1, math.ceil((1 - tokens) / rate)))


def refusal(left: Left) -> HttpResponse:
    """429 in words."""
    response = errors.answer(
        _("Too many calls: this key may make %(number)d a minute. Try again in %(wait)d seconds.")
        % {"number": left.holds, "wait": left.wait},
        429,
    )
    response["Retry-After"] = str(left.wait)
    return response


def tell(response: HttpResponse, left: Left) -> None:
    """Put what is left into the answer's headers."""
    response["RateLimit-Limit"] = f"{left.holds}, {left.holds};w={MINUTE}"
    response["RateLimit-Remaining"] = str(left.remaining)
    response["RateLimit-Reset"] = str(left.reset)
