"""The API put together. Its description for programs: /api/v1/openapi.json."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from huixiang.api import (
    announcements,
    bulk,
    calls,
    cases,
    correcting,
    crises,
    deliveries,
    directory,
    docs,
    errors,
    examples,
    feedback,
    files,
    handing,
    handling,
    imports,
    insights,
    leftovers,
    members,
    messages,
    notes,
    playbooks,
    records,
    regrouping,
    saved,
    steps,
    themes,
    verbatims,
    war_rooms,
)
from huixiang.api.body import StrictParser
from huixiang.api.keys import ApiKeyBearer

View = Callable[..., HttpResponse]

DESCRIPTION = """\
Messages of a community in, answers to them out; feedback, cases, themes, members and announcements read and handled.

Every call carries a key of one workspace: `Authorization: Bearer hx_…`, made in the desk under Settings, API keys,
or with `huixiang apikey create --workspace SLUG --scope ingest,read,deliver`. Errors are `{"error": sentence}`.
"""


class _Readable(JSONRenderer):
    """Chinese stands in the answers as it is, not as escapes."""

    json_dumps_params: dict[str, Any] = {"ensure_ascii": False}  # noqa: RUF012 - ninja's attribute


def _scopes(of: NinjaAPI) -> dict[str, str]:
    """The scope each operation asks for, by the operation's id."""
    operations = [
        operation
        for part in PARTS
        for view in part.router.path_operations.values()
        for operation in view.operations
    ]
    return {
        of.get_openapi_operation_id(operation): cast(ApiKeyBearer, operation.auth_callbacks[0]).scope.value
        for operation in operations
    }


def _docs(request: HttpRequest) -> HttpResponse:
    return docs.page(request, api.get_openapi_schema())


class _Api(NinjaAPI):
    """All of it JSON, also for addresses and methods that are not there."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description with an example for every call."""
        found = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        scopes = _scopes(self)
        for methods in found["paths"].values():
            for call in methods.values():
                call["x-scope"] = scopes[call["operationId"]]
        examples.add_to(found)
        return found

    def _get_urls(self) -> list[Any]:
        found = super()._get_urls()
        for pattern in found:
            pattern.callback = errors.in_json(calls.guarded(cast(View, pattern.callback)))
        docs_page = path("docs", _docs, name="docs")
        return [docs_page, *found, re_path(r"^.*$", _nothing_here, name="nothing-here")]


def _nothing_here(_request: HttpRequest) -> HttpResponse:
    return errors.not_found()


_nothing_here.csrf_exempt = True  # type: ignore[attr-defined] # a POST to nowhere is told so, not asked for a token

api = _Api(
    title="Huixiang 回响",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    parser=StrictParser(),
    renderer=_Readable(),
)
errors.handle_in(api)
PARTS = (
    messages, notes, imports, leftovers, deliveries, feedback, correcting, cases, handling, handing, bulk, saved,
    playbooks, steps, war_rooms, crises, files, themes, regrouping, verbatims, members, records, announcements,
    insights, directory,
)  # fmt: skip
for part in PARTS:
    api.add_router("", part.router)
