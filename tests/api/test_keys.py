import uuid
from collections.abc import Callable

import jsonschema_rs
import pytest
from ninja import Schema

from huixiang.api.urls import PARTS
from huixiang.cases.models import Case
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.actions import change_role, create_api_key, leave_team, revoke_api_key
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.queries import api_keys, orphaned
from tests import factories
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


def _personal(workspace: Workspace, role: str) -> tuple[Membership, Program]:
    person = factories.membership(workspace, role, name="知夏")
    return person, Program(create_api_key(workspace=workspace, scopes=["read", "personal"], acts_for=person)[1])


def test_a_page_of_personal_data_is_one_entry_of_the_journal(workspace: Workspace, case: Case) -> None:
    _person, program = _personal(workspace, "specialist")
    shown = [uuid.UUID(one["id"]) for one in program.get("members")[1]["members"]]
    [entry] = Entry.objects.filter(name="members.many_contacts_shown")
    assert (entry.actor_kind, entry.subject_id) == ("key", workspace.id)
    assert [uuid.UUID(one) for one in entry.data["members"]] == shown
    assert len(shown) == 1
    program.get(f"members/{case.member_id}")
    assert Entry.objects.get(name="members.contacts_shown").subject_id == case.member_id


def test_a_key_without_the_scope_sees_no_addresses_and_writes_nothing_down(app: Program, case: Case) -> None:
    assert [one["email"] for one in app.get("members")[1]["members"]] == [None]
    assert app.get(f"members/{case.member_id}")[1]["identities"][0]["external_id"] is None
    assert Entry.objects.filter(name__contains="contacts_shown").count() == 0


def test_personal_data_ends_with_the_place_of_whoever_made_the_key(
    workspace: Workspace, case: Case, owner: Membership
) -> None:
    person, program = _personal(workspace, "operator")
    [key] = api_keys(workspace)
    assert (program.get("members")[0], orphaned(key)) == (200, False)
    change_role(membership=person, role="analyst", by=owner)
    demoted = (403, {"error": "知夏, for whom the key acts, may not do this."})
    assert (program.get("members"), program.get(f"members/{case.member_id}")) == (demoted, demoted)
    [key] = api_keys(workspace)
    assert orphaned(key)
    change_role(membership=person, role="operator", by=owner)
    leave_team(membership=person, by=owner)
    left = "The key acts for nobody of the team any more; make a new one."
    assert program.get("members") == (403, {"error": left})
    assert program.get("feedback")[0] == 200
    [key] = api_keys(workspace)
    assert orphaned(key)
    assert Entry.objects.filter(name="members.many_contacts_shown").count() == 1


def test_nobody_gives_a_key_more_than_they_see(workspace: Workspace) -> None:
    analyst = factories.membership(workspace, "analyst")
    for person in (None, analyst):
        with pytest.raises(Refused):
            create_api_key(workspace=workspace, scopes=["read", "personal"], acts_for=person)
    assert api_keys(workspace) == []


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
            [(kind, content), *others] = place["content"].items()
            if kind == "application/json":
                jsonschema_rs.validator_for(content["schema"] | parts).validate(content["example"])
            elif kind == "multipart/form-data":  # a file and what is said of it
                fields = content["schema"]["properties"]
                assert "binary" in {field.get("format") for field in fields.values()}
            else:  # a file
                assert {one["schema"]["format"] for _kind, one in [(kind, content), *others]} == {"binary"}
    assert len(calls) > 80


def test_the_same_words_are_not_used_for_two_shapes() -> None:
    shapes = [shape for part in PARTS for shape in vars(part).values() if isinstance(shape, type)]
    ours = {shape for shape in shapes if issubclass(shape, Schema) and shape.__module__.startswith("huixiang.api")}
    names = sorted(shape.__name__ for shape in ours)
    assert [name for name in names if names.count(name) > 1] == []
