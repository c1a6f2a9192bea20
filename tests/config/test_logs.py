"""The log says what happened and to which id, never what people said or who they are."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huixiang.config import logs
from huixiang.workspaces.models import Membership, Workspace


def record(message: str, *args: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("huixiang.test", logging.INFO, "here.py", 1, message, args, None)
    made.__dict__.update(extra)
    logs.Enriched().filter(made)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(logs.Json().format(made))
    return read


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("could not read 刹车异响，客服不理 of a row", "could not read ‹9 signs› of a row"),
        ("no mailbox for lin.xiaoyu@example.com", "no mailbox for l***@example.com"),
        ("call 13812345678 back", "call 138****5678 back"),
        (
            'duplicate key value violates "user_email"\nDETAIL:  Key (email)=(a@example.com) already exists.',
            'duplicate key value violates "user_email"\nDETAIL left out',
        ),
        ("Key (name)=(Robert Smith) already exists", "Key (name)=(…) already exists"),
        ("took 12.5 ms", "took 12.5 ms"),
    ],
)
def test_what_is_personal_is_left_out(said: str, kept: str) -> None:
    assert logs.cleaned(said) == kept


def test_a_line_for_machines() -> None:
    read = as_json(record("answered", method="GET", route="w/<slug:workspace>/", status=200, ms=3.2, secret="hidden"))
    time = read.pop("time")
    assert read == {
        "level": "INFO",
        "source": "huixiang.test",
        "message": "answered",
        "method": "GET",
        "route": "w/<slug:workspace>/",
        "status": 200,
        "ms": 3.2,
    }
    assert time[:2] == "20"


def test_a_line_for_people() -> None:
    line = logs.Line().format(record("answered", route="c/<slug:community>/", status=404, workspace=None))
    assert line.split(" ", 2)[2] == "INFO huixiang.test answered route=c/<slug:community>/ status=404"


def test_an_error_is_traced_without_what_it_quoted() -> None:
    with pytest.raises(ValueError, match="reach her") as raised:
        _fail()
    text = as_json(record("failed", exc_info=raised._excinfo))["exc_info"]
    assert text.splitlines()[-1] == "ValueError: ‹3 signs› said ‹4 signs›, reach her at 138****5678"
    assert "test_logs.py" in text


def _fail() -> None:
    raise ValueError("林小雨 said 气死我了, reach her at 13812345678")


def test_a_job_is_named_without_its_arguments() -> None:
    made = record("Starting job %s", "members.erase[7](name='Robert')", action="start_job")
    made.name = "procrastinate.worker"
    made.__dict__["job"] = {"task_name": "members.erase", "id": 7, "attempts": 1, "task_kwargs": {"name": "Robert"}}
    logs.Enriched().filter(made)
    read = as_json(made)
    assert (read["message"], read["job"], read["job_id"], read["attempt"]) == ("start_job", "members.erase", 7, 1)
    assert "Robert" not in json.dumps(read)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="huixiang.requests")
    return caplog


def test_a_request_is_one_line_with_ids(
    lines: pytest.LogCaptureFixture, operator: Membership, workspace: Workspace, client_of: Any
) -> None:
    response = client_of(operator).get(
        reverse("desk:inbox", args=[workspace.slug]) + "?q=张三", headers={"X-Request-ID": "abcdefgh-1"}
    )
    assert response.headers["X-Request-ID"] == "abcdefgh-1"
    (said,) = [found for found in lines.records if found.name == "huixiang.requests"]
    fields = {name: said.__dict__[name] for name in ("method", "route", "status", "workspace", "user")}
    assert fields == {
        "method": "GET",
        "route": "w/<slug:workspace>/inbox/",
        "status": 200,
        "workspace": workspace.slug,
        "user": str(operator.user_id),
    }


def test_an_id_that_could_break_a_line_is_replaced(client: Client) -> None:
    given = "a b\tc; 张三 and so on"
    answered = client.get("/nowhere/", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert len(answered.headers["X-Request-ID"]) == 32


def test_an_address_with_a_code_does_not_reach_the_log(client: Client, workspace: Workspace) -> None:
    seen: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logs.Line().format(record))

    handler = Kept()
    handler.addFilter(logs.Enriched())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        client.get(f"/c/{workspace.slug}/follow/ABCD-2345-secret/nothing/")
    finally:
        logger.removeHandler(handler)
    assert [line.split(" ", 2)[2] for line in seen] == ["WARNING django.request answered 404: unknown"]
