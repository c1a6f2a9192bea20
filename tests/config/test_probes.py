"""What watchers are told."""

import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.config import probes
from huixiang.intake.actions import receive
from huixiang.kernel import jobs
from tests import factories

Figures = dict[str, dict[str, float]]


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    probes._known.clear()


def figures(client: Client, **headers: str) -> Figures:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {
        sample.name + (":" + ",".join(sample.labels.values()) if sample.labels else ""): sample.value
        for family in families
        for sample in family.samples
    }  # type: ignore[return-value]


def test_up_says_ok_without_the_database(client: Client) -> None:
    response = client.get("/healthz", headers={"Host": "10.1.2.3"})  # a host nobody allowed: watchers ask by address
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_with_a_worker(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "last_heartbeat", lambda: timezone.now() - datetime.timedelta(seconds=5))
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (
        200,
        {"ready": True, "database": "ok", "schema": "ok", "worker": "ok"},
    )


def test_a_silent_worker_is_told_but_pages_can_be_served(client: Client, db: None) -> None:
    assert client.get("/readyz").json() == {"ready": True, "database": "ok", "schema": "ok", "worker": "silent"}


def test_not_ready_while_migrations_are_pending(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journal' AND name = '0003_crossed_index'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["schema"]) == (503, "migrations are pending")


def test_not_ready_without_the_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise OperationalError("connection refused")

    monkeypatch.setattr(probes, "_schema_is_ours", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (
        503,
        {"ready": False, "database": "not reached", "schema": "unknown", "worker": "unknown"},
    )


def test_the_figures_count_what_is_there(client: Client, case: Case, app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[factories.inbound("又坏了")])
    Case.objects.filter(id=case.id).update(due_at=timezone.now() - datetime.timedelta(hours=1))
    found = figures(client)
    assert found["huixiang_messages_pending"] == 1
    assert found["huixiang_messages_oldest_seconds"] < 60
    assert found[f"huixiang_cases_open:{case.grade}"] == 1
    assert found["huixiang_cases_overdue"] == 1
    assert found["huixiang_deliveries:failed"] == 0
    assert found["huixiang_jobs:triage.process,todo"] == 1


def test_requests_are_counted_by_route_not_by_address(client: Client, db: None) -> None:
    name = "huixiang_answers_total:GET,unknown,404"
    before = figures(client).get(name, 0)
    client.get("/a/secret/address/")
    client.get("/another/secret/")
    after = figures(client)
    assert after[name] - before == 2
    assert not [series for series in after if "secret" in series]


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.7"}, {}])
def test_figures_are_not_for_strangers(client: Client, db: None, headers: dict[str, str]) -> None:
    address = "127.0.0.1" if headers else "203.0.113.7"
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == 404


def test_figures_with_a_token(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert figures(client, Authorization="Bearer s3cret")["huixiang_messages_pending"] == 0


def test_the_figures_cost_few_statements(client: Client, case: Case, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(9):
        figures(client)
