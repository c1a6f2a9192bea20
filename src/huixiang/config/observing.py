"""Around every request: an id, a line in the log, and the figures for Prometheus."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from huixiang.config.logs import request_id, route_of

log = logging.getLogger("huixiang.requests")
HEADER = "X-Request-ID"
SLOW_MS = 2_000
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

SECONDS = Histogram(
    "huixiang_request_seconds", "Time to answer a request", ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip
ANSWERS = Counter("huixiang_answers", "Requests answered", ["method", "route", "status"])
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note each request once it is answered; slow ones and failures are worth more than a passing remark."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = request_id.set(given if _PLAIN_ID.fullmatch(given) else uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = get_response(request)
            response.headers[HEADER] = request_id.get()
            _note(request, response, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(token)

    return middleware


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    method = request.method if request.method in METHODS else "other"
    route = route_of(request)  # a pattern, so that there are as many series as pages, not as addresses
    SECONDS.labels(method, route).observe(seconds)
    ANSWERS.labels(method, route, response.status_code).inc()
    ms = round(seconds * 1000, 1)
    level = logging.WARNING if ms > SLOW_MS else logging.INFO
    if not log.isEnabledFor(level):
        return
    matched = getattr(request.resolver_match, "kwargs", {})
    fields = {"method": method, "route": route, "status": response.status_code, "ms": ms,
              "workspace": matched.get("workspace") or matched.get("community"), "user": _user(request)}  # fmt: skip
    log.log(level, "slow" if ms > SLOW_MS else "answered", extra=fields)


def _user(request: HttpRequest) -> str | None:
    """The id of who is signed in; the session is not opened only to write a line."""
    found = request.__dict__.get("_cached_user")
    return str(found.pk) if found is not None and found.pk else None
