"""Times that never were, are long gone or far ahead: by file, API, webhook and the desk's own fields."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from huixiang.channels.actions import open_account
from huixiang.channels.webhooks import receiving
from huixiang.cli.main import main
from huixiang.intake.models import ImportRefusal, Message
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Workspace

REFUSED = [
    "0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-02-31T10:00:00+08:00",
    "2026-13-01T00:00:00Z", "2026-11-21T24:61:00Z", "2016-12-31T23:59:60Z", "yesterday", "-1", "1e400", "NaN",
    "2026-11-21T08:00:00+99:99", "12026-01-01T00:00:00Z",
]  # fmt: skip
TAKEN = {
    "2026-03-08T02:30:00-05:00": "2026-03-08T07:30:00+00:00",  # an hour New York skips, told with its distance
    "2026-11-20T10:00:00+14:00": "2026-11-19T20:00:00+00:00",
    "2026-11-20T10:00:00-12:00": "2026-11-20T22:00:00+00:00",
}
FILE_ONLY = {
    "1795219500000": "2026-11-21T00:05:00+00:00",
    "46347": "2026-11-20T16:00:00+00:00",
    "2026-11-20": "2026-11-19T16:00:00+00:00",
}


def by_api(workspace: Workspace, times: list[str]) -> list[str]:
    _key, secret = create_api_key(workspace=workspace, scopes=["ingest"])
    body = [
        {"channel": "owners-app", "external_id": f"t{place}", "author": {"id": "u"}, "text": "车机黑屏", "time": time}
        for place, time in enumerate(times)
    ]
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    answer = client.post("/api/v1/messages", json.dumps({"messages": body}), content_type="application/json")
    assert answer.status_code == 202
    results = answer.json()["results"]
    assert all(row["status"] == "stored" or row["error"] for row in results), results
    return [row["status"] for row in results]


def by_webhook(workspace: Workspace, times: list[str]) -> list[str]:
    account = open_account(workspace=workspace, slug="hook", kind="webhook", name="问卷")
    secret, now = receiving.set_up(account=account, actor=SYSTEM), timezone.now()
    answers = []
    for place, time in enumerate(times):
        body = json.dumps({"timestamp": time, "data": {"id": f"t{place}", "text": "车机黑屏"}})
        name = f"msg_{place}"
        signed = {
            "webhook-id": name, "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(name, now, body),
        }  # fmt: skip
        address = f"/hooks/{account.settings['token']}/"
        answer = Client().post(address, body, content_type="application/json", headers=signed)
        assert answer.status_code == 200 or answer.json()["error"]
        answers.append("stored" if answer.status_code == 200 else "refused")
    return answers


def by_file(workspace: Workspace, times: list[str], tmp_path: Any) -> list[str]:
    path = tmp_path / "times.csv"
    path.write_text("text,id,time\n" + "".join(f"车机黑屏,t{n},{t}\n" for n, t in enumerate(times)), encoding="utf-8")
    words = ["--channel", "files", "--map", "text=text,external_id=id,time=time"]
    assert main(["import", str(path), "--workspace", workspace.slug, *words]) == 0
    refused = set(ImportRefusal.objects.values_list("row", flat=True))
    return ["refused" if place + 2 in refused else "stored" for place in range(len(times))]


WAYS: dict[str, Callable[..., list[str]]] = {
    "api": lambda workspace, times, _path: by_api(workspace, times),
    "webhook": lambda workspace, times, _path: by_webhook(workspace, times),
    "file": by_file,
}


@pytest.mark.parametrize("way", WAYS)
def test_times_that_cannot_be_are_refused_in_words(way: str, workspace: Workspace, tmp_path: Any) -> None:
    assert dict(zip(REFUSED, WAYS[way](workspace, REFUSED, tmp_path), strict=True)) == dict.fromkeys(REFUSED, "refused")
    assert Message.objects.count() == 0


@pytest.mark.parametrize("way", WAYS)
def test_times_of_the_edges_are_kept_exactly(way: str, workspace: Workspace, tmp_path: Any) -> None:
    wanted = TAKEN | (FILE_ONLY if way == "file" else {})
    assert set(WAYS[way](workspace, list(wanted), tmp_path)) == {"stored"}
    kept = [sent.isoformat() for sent in Message.objects.order_by("external_id").values_list("sent_at", flat=True)]
    moments = [datetime.datetime.fromisoformat(text) for text in kept]
    assert [moment.astimezone(datetime.UTC).isoformat() for moment in moments] == list(wanted.values())


def test_a_promise_until_the_end_of_time(
    workspace: Workspace, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    desk = client_of(operator)
    for until in ("9999-12-31T23:59", "0001-01-01T00:00", "2026-02-31T10:00", "0001-01-01T00:00+14:00", "x" * 10_000):
        body = {"kind": "phone", "name": "阿澈", "steps": "车机黑屏", "promise": "回电", "until": until}
        answer = desk.post(f"/w/{workspace.slug}/notes/save/", body)
        assert (until[:20], answer.status_code in {302, 422}) == (until[:20], True)
