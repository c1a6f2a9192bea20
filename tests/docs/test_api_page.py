import re

from huixiang.api.incoming import described
from huixiang.api.urls import api
from huixiang.workspaces.models import Scope
from tests.docs import pages

PAGE = "docs/api.md"
CALL = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (?:/api/v1)?(/[a-z/{}_-]+)(?:\?[^`]*)?`")
STATUS = re.compile(r"^\| (\d{3}) \|", re.MULTILINE)
SCOPES = re.compile(r"^\| scope \| opens \|\n\|---\|---\|\n((?:\| `.*\n)+)", re.MULTILINE)


def _described() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema(path_prefix="/")["paths"]
    return {
        (method.upper(), re.sub(r"\{[a-z_]+\}", "{id}", path if path.startswith("/") else f"/{path}"))
        for path, methods in paths.items()
        for method in methods
    }


def test_the_page_names_every_call_and_no_other() -> None:
    named = {(method, path) for method, path in CALL.findall(pages.text(PAGE)) if not path.startswith("/your")}
    assert named == _described()


def test_the_page_names_every_field_of_a_message() -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", pages.text(PAGE), re.MULTILINE))
    assert set(described()["properties"]) <= rows


def test_the_page_names_every_scope() -> None:
    [table] = SCOPES.findall(pages.text(PAGE))
    assert re.findall(r"^\| `([a-z:]+)` \|", table, re.MULTILINE) == Scope.values


def test_the_page_names_every_status_a_call_may_answer() -> None:
    answered = {
        int(status)
        for methods in api.get_openapi_schema()["paths"].values()
        for call in methods.values()
        for status in call["responses"]
    }
    errors = {status for status in answered if status >= 400}
    assert errors <= {int(status) for status in STATUS.findall(pages.text(PAGE))}
