"""How many calls a key may make."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import RateBucket, Workspace


@pytest.fixture
def client(workspace: Workspace, settings: Any) -> Client:
    settings.API_CALLS_A_MINUTE = 3
    secret = create_api_key(workspace=workspace, scopes=["ingest", "read"])[1]
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def test_a_bucket_empties_tells_and_fills_again(client: Client) -> None:
    left = [client.get("/api/v1/channels") for _ in range(3)]
    assert [answer.status_code for answer in left] == [200, 200, 200]
    assert [answer["RateLimit-Remaining"] for answer in left] == ["2", "1", "0"]
    assert left[0]["RateLimit-Limit"] == "3, 3;w=60"
    refused = client.get("/api/v1/channels")
    assert refused.status_code == 429
    assert refused.json()["error"].startswith("Too many calls: this key may make 3 a minute. Try again in ")
    assert 15 <= int(refused["Retry-After"]) <= 20
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workspaces_ratebucket SET at = at - interval '21 seconds'")
    assert client.get("/api/v1/channels").status_code == 200


def test_sending_in_has_a_bucket_of_its_own(client: Client) -> None:
    for _ in range(4):
        client.get("/api/v1/channels")
    answer = client.post("/api/v1/messages", {"messages": []}, content_type="application/json")
    assert (answer.status_code, answer["RateLimit-Limit"]) == (202, "120000, 120000;w=60")
    assert sorted(RateBucket.objects.values_list("kind", flat=True)) == ["calls", "ingest"]


def test_without_a_limit_nothing_is_counted(client: Client, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 0
    assert "RateLimit-Limit" not in client.get("/api/v1/channels").headers
    assert RateBucket.objects.count() == 0


def test_the_buckets_wait_for_no_disk(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'workspaces_ratebucket'")
        assert cursor.fetchone()[0] == "u"
