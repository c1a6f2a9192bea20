"""A write with an Idempotency-Key happens once."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huixiang.api import repeats
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.actions import change_role, create_api_key, join_team, leave_team
from huixiang.workspaces.models import ApiKey, KeptAnswer, Membership, Workspace
from tests import factories


@pytest.fixture
def client(workspace: Workspace, owner: Membership) -> Client:
    scopes = ["ingest", "read", "cases:write"]
    secret = create_api_key(workspace=workspace, scopes=scopes, acts_for=owner)[1]
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def _note(client: Client, case: Case, text: str, key: str) -> Any:
    return client.post(
        f"/api/v1/cases/{case.id}/notes", {"text": text}, content_type="application/json",
        headers={"idempotency-key": key},
    )  # fmt: skip


def test_the_same_again_gets_the_stored_answer(client: Client, case: Case) -> None:
    first = _note(client, case, "已转质量部", "n-1")
    again = _note(client, case, "已转质量部", "n-1")
    assert (first.status_code, first.json()) == (200, again.json())
    assert (first.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert case.turns.filter(direction="note").count() == 1
    assert _note(client, case, "已转质量部", "n-2").status_code == 200
    assert case.turns.filter(direction="note").count() == 2


def test_another_body_under_the_same_key_is_refused(client: Client, case: Case) -> None:
    _note(client, case, "甲", "n-1")
    other = _note(client, case, "乙", "n-1")
    assert (other.status_code, other.json()) == (
        422,
        {"error": "This Idempotency-Key was used for another call; use a new one."},
    )
    assert case.turns.filter(direction="note").count() == 1


def test_what_was_refused_is_not_kept(client: Client, case: Case) -> None:
    assert _note(client, case, " ", "n-1").status_code == 409
    assert KeptAnswer.objects.count() == 0
    assert _note(client, case, "好", "n-1").status_code == 200


@pytest.mark.parametrize("key", ["x" * 201, "键"])
def test_a_key_that_cannot_be_kept_is_told(client: Client, case: Case, key: str) -> None:
    answer = client.post(
        f"/api/v1/cases/{case.id}/notes", {"text": "好"}, content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=key,
    )  # fmt: skip
    assert answer.status_code == 422
    assert case.turns.filter(direction="note").count() == 0


def test_after_a_day_the_key_is_free_again(client: Client, case: Case) -> None:
    _note(client, case, "好", "n-1")
    KeptAnswer.objects.update(created_at=timezone.now() - datetime.timedelta(hours=25))
    assert _note(client, case, "不好", "n-1").status_code == 200
    KeptAnswer.objects.update(created_at=timezone.now() - datetime.timedelta(hours=25))
    assert (repeats.forget(), KeptAnswer.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_while_it_runs_the_same_is_told_to_wait(client: Client, case: Case) -> None:
    api_key_id = KeptAnswer.api_key.field.related_model.objects.get().id  # type: ignore[union-attr]
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{api_key_id}:n-1"])
            held.set()
            done.wait(10)
            cursor.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    busy = _note(client, case, "好", "n-1")
    done.set()
    holder.join()
    assert (busy.status_code, busy.json()) == (
        409,
        {"error": "The same call is running just now; ask again in a moment."},
    )
    assert _note(client, case, "好", "n-1").status_code == 200


def test_an_old_answer_is_not_given_to_a_key_that_may_not_call_any_more(
    client: Client, case: Case, workspace: Workspace, owner: Membership
) -> None:
    kept = _note(client, case, "已转质量部", "n-1").json()
    key = ApiKey.objects.get()
    ApiKey.objects.update(scopes=["read"])
    assert _note(client, case, "已转质量部", "n-1").status_code == 403
    ApiKey.objects.update(scopes=key.scopes)
    factories.membership(workspace, "owner")
    change_role(membership=owner, role="viewer", by=owner)
    assert _note(client, case, "已转质量部", "n-1").status_code == 403
    join_team(workspace=workspace, user=owner.user, role="owner")
    leave_team(membership=owner, by=owner)
    assert _note(client, case, "已转质量部", "n-1").status_code == 403
    join_team(workspace=workspace, user=owner.user, role="owner")
    again = _note(client, case, "已转质量部", "n-1")
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, kept, "true")
    assert case.turns.filter(direction="note").count() == 1


def test_an_answer_about_somebody_erased_is_gone_and_the_call_stays_made(client: Client, case: Case) -> None:
    _note(client, case, "已转质量部", "n-1")
    KeptAnswer.objects.update(body="")
    again = _note(client, case, "已转质量部", "n-1")
    said = "This call was made and is not made again; its answer was about somebody who has been erased since."
    assert (again.status_code, again.json()) == (409, {"error": said})
    assert case.turns.filter(direction="note").count() == 1
    assert _note(client, case, "别的", "n-1").status_code == 422


def test_messages_sent_again_under_their_key_are_answered_from_what_is_kept(
    client: Client, app_channel: ChannelAccount
) -> None:
    sent = {"channel": app_channel.slug, "external_id": "a-1", "author": None, "text": "零下三十度打不着火"}
    headers = {"idempotency-key": "m-1"}
    answers = [
        client.post("/api/v1/messages", {"messages": [sent]}, content_type="application/json", headers=headers)
        for _again in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
