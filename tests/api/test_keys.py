from collections.abc import Callable

import jsonschema_rs
import pytest
from ninja import Schema

from huixiang.api.urls import PARTS
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.actions import create_api_key, revoke_api_key
from huixiang.workspaces.models import Workspace
from tests.api.conftest import Program

NO_KEY = (
    401,
    {"error": "Give a key of this workspace: Authorization: Bearer hx_…; this one is missing, unknown or revoked."},
)
ENDPOINTS = [
    ("POST", "messages", "ingest"),
    ("GET", "messages/01a0a0a0-0000-7000-8000-000000000000", "read"),
    ("GET", "deliveries?channel=owners-app", "deliver"),
    ("POST", "deliveries/delivered", "deliver"),
    ("GET", "feedback", "read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), ENDPOINTS)
def test_nobody_comes_in_without_a_key(nobody: Program, method: str, path: str, scope: str) -> None:
    assert nobody.request(method, path) == NO_KEY


@pytest.mark.parametrize("secret", ["hx_wrong", "hx_", "", "hx_\xe9", "Basic x"])
def test_a_wrong_key_opens_nothing(db: None, secret: str) -> None:
    assert Program(secret).get("feedback") == NO_KEY


@pytest.mark.parametrize(("method", "path", "scope"), ENDPOINTS)
def test_a_key_without_the_scope_is_told_its_name(
    workspace: Workspace, program: Callable[..., Program], method: str, path: str, scope: str
) -> None:
    others = {"ingest", "read", "deliver"} - {scope}
    assert program(workspace, *others).request(method, path) == (
        403,
        {"error": f"The key has not the scope “{scope}”; make one that has."},
    )


def test_a_revoked_key_opens_nothing(workspace: Workspace) -> None:
    key, secret = create_api_key(workspace=workspace, scopes=["read"])
    assert Program(secret).get("feedback")[0] == 200
    revoke_api_key(workspace=workspace, key_id=key.id, actor=SYSTEM)
    assert Program(secret).get("feedback") == NO_KEY


def test_nothing_and_wrong_methods_are_json(app: Program, nobody: Program) -> None:
    nothing = (404, {"error": "There is nothing at this address."})
    for path in ("", "nothing", "messages/", "messages/17", "nothing/at/all"):
        assert app.get(path) == nothing
    assert nobody.request("POST", "nothing") == nothing
    assert app.request("PUT", "messages") == (405, {"error": "This address does not take PUT."})
    assert app.request("DELETE", "feedback") == (405, {"error": "This address does not take DELETE."})


def test_every_endpoint_is_described_with_an_example_that_fits(nobody: Program) -> None:
    status, described = nobody.get("openapi.json")
    assert status == 200
    parts = {"components": described["components"]}
    calls = [call for methods in described["paths"].values() for call in methods.values()]
    for call in calls:
        assert call["summary"]
        assert call["description"]
        assert call["security"]
        answered = [answer for status, answer in call["responses"].items() if status < "300"]
        for place in [*answered, *([call["requestBody"]] if "requestBody" in call else [])]:
            content = place["content"]["application/json"]
            jsonschema_rs.validator_for(content["schema"] | parts).validate(content["example"])
    assert len(calls) > 40


def test_the_same_words_are_not_used_for_two_shapes() -> None:
    shapes = [shape for part in PARTS for shape in vars(part).values() if isinstance(shape, type)]
    ours = {shape for shape in shapes if issubclass(shape, Schema) and shape.__module__.startswith("huixiang.api")}
    names = sorted(shape.__name__ for shape in ours)
    assert [name for name in names if names.count(name) > 1] == []
