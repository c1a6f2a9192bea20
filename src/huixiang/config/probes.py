"""For those who watch over an installation: is it up, may it be sent requests, how is it doing.

These addresses are answered before the host name is looked at: a load balancer asks by address.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from huixiang.config import figures
from huixiang.kernel import jobs

HERE = {"127.0.0.1", "::1"}
BEAT_SECONDS = 60  # a living worker is heard of more often
_known: dict[str, bool] = {}


def answered_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer the three addresses; let everything else pass."""
    views = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def middleware(request: HttpRequest) -> HttpResponse:
        view = views.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        return view(request) if view else get_response(request)

    return middleware


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while this process answers; the database is not asked."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when the database is there with this version's schema, else 503; the worker is told, not held against it."""
    state = {"database": "ok", "schema": "ok", "worker": "ok"}
    try:
        if not _schema_is_ours():
            state["schema"] = "migrations are pending"
        elif not _worker_lives():
            state["worker"] = "silent"
    except DatabaseError:
        state |= {"database": "not reached", "schema": "unknown", "worker": "unknown"}
    ready = state["database"] == state["schema"] == "ok"
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)


def _schema_is_ours() -> bool:
    """Asked until it is so: a schema does not grow older under a running process."""
    if _known.get("schema"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    _known["schema"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _known["schema"]


def _worker_lives() -> bool:
    beat = jobs.last_heartbeat()
    return beat is not None and (timezone.now() - beat).total_seconds() < BEAT_SECONDS


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text: requests of all web processes, and what stands in the database right now."""
    if not _may_look(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(_Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_look(request: HttpRequest) -> bool:
    """With the token of the settings; without one, from this machine itself and not through a proxy."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    return request.META.get("REMOTE_ADDR") in HERE and "X-Forwarded-For" not in request.headers


class _Database:
    """Read at each scrape: figures that are cheap at any size."""

    def collect(self) -> Iterator[Any]:
        """One family a figure."""
        for figure in figures.all_of_them():
            family = GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
            for labels, value in figure.values:
                family.add_metric(labels, value)
            yield family
