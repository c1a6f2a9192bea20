"""The API's description for people, at /api/v1/docs: rendered here from the OpenAPI, in Chinese and English."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huixiang.channels.webhooks.types import TYPES
from huixiang.workspaces.models import Scope

CHINESE: Final[Mapping[str, str]] = json.loads(Path(__file__).with_name("docs_zh.json").read_text(encoding="utf-8"))
PREFIX: Final = "/api/v1"
GOOD_UNTIL: Final = 300
FORM: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table: a parameter or a field of a body."""

    name: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    title: str
    words: str
    scope: str
    parameters: list[Field]
    fields: list[Field]
    curl: str
    answer: str
    statuses: list[str]


def said(words: str) -> str:
    """Words of the description in the reader's language."""
    flat = " ".join(words.split())
    return CHINESE.get(flat, flat) if (get_language() or "").startswith("zh") else flat


def page(request: HttpRequest, description: Mapping[str, Any]) -> HttpResponse:
    """All of it on one page, so that the browser's own search finds everything."""
    groups: dict[str, list[Call]] = {}
    for tag, call in _calls(description):
        groups.setdefault(tag, []).append(call)
    context = {
        "groups": [(tag.lower().replace(" ", "-"), said(tag), calls) for tag, calls in groups.items()],
        "guide": guide(),
        "words": _words(),
        "scopes": [(value, label) for value, label in Scope.choices],
        "events": TYPES.items(),
        "base": settings.PUBLIC_URL + PREFIX,
    }
    return render(request, "api/docs.html", context)


def _words() -> dict[str, Any]:
    return {
        "title": _("API of Huixiang"),
        "lead": _("Messages in, answers out; feedback, cases, themes, members "
        "and announcements read and handled. Base:"),
        "skip": _("Skip to content"),
        "contents": _("Contents"),
        "scopes": _("Scopes"),
        "parameters": _("Parameters"),
        "body": _("Body"),
        "required": _("required"),
        "example": _("Example"),
        "answer": _("Answer"),
        "copy": _("Copy"),
        "statuses": _("May answer"),
        "webhooks": [
            _("Under Settings, Webhooks, an address of yours is told what happens: a POST of {type, timestamp, data}, "
              "signed as Standard Webhooks says with webhook-id, webhook-timestamp and webhook-signature. Any library "
              "for Standard Webhooks verifies it with the secret shown when it was added."),
            _("Answer with 2xx within ten seconds. Anything else is tried again for a day, then the webhook is paused. "
              "A repetition has the same webhook-id: keep it to tell one. Only https is called, on ports 443 and 8443, "
              "and never an address inside a private network."),
        ],
    }  # fmt: skip


def guide() -> list[tuple[str, str, list[str]]]:
    """What holds for every call: (anchor, heading, paragraphs)."""
    return [
        ("keys", _("Keys"), [
            _("Every call carries a key of one workspace in the header "
              "Authorization: Bearer hx_…. Keys are made in the "
              "desk under Settings, API keys; a key opens what its scopes say and sees its own workspace only."),
            _("What a key changes it changes in the name of the person who made it and with that person's role; the "
              "journal names the key. Personal data is masked unless the key has the scope personal."),
        ]),
        ("errors", _("Errors"), [
            _('Whatever goes wrong has one shape: {"error": "a sentence"}, in the language of Accept-Language. '
              "400 and "
              "422: what was sent is wrong. 401: no live key. 403: scope or role is "
              "missing. 404: nothing there. 409: it "
              "cannot be done as things stand. 413: too much. 415: not JSON. 429: too often. 500: our fault."),
        ]),
        ("lists", _("Lists"), [
            _("Lists take q, grade, kind, theme, channel, since and until where they make sense, and limit up to 200. "
              "Give next_cursor back as cursor, with the same filters, until it is null."),
        ]),
        ("repeats", _("Writing once"), [
            _("Send a header Idempotency-Key (up to 200 characters) with a write: "
              "the same key with the same body within "
              "24 hours gets the stored answer, with Idempotency-Replayed: true. Another body under the same key: 422. "
              "While the first still runs: 409. What was refused is not kept."),
        ]),
        ("limits", _("Limits"), [
            _("Each key may make %(calls)d calls a minute, and %(messages)d calls of POST /messages. RateLimit-Limit, "
              "RateLimit-Remaining and RateLimit-Reset (draft-ietf-httpapi-ratelimit-headers-06) tell what is left; a "
              "429 says in Retry-After when to come again.")
            % {"calls": settings.API_CALLS_A_MINUTE, "messages": settings.API_MESSAGES_A_MINUTE},
        ]),
    ]  # fmt: skip


def _calls(description: Mapping[str, Any]) -> Iterator[tuple[str, Call]]:
    parts = description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            yield call["tags"][0], _call(path, method.upper(), call, parts)


def _call(path: str, method: str, call: Mapping[str, Any], parts: Mapping[str, Any]) -> Call:
    sent = call.get("requestBody", {}).get("content", {})
    body, form = sent.get("application/json", {}), sent.get(FORM, {})
    good = next(answer for status, answer in call["responses"].items() if int(status) < GOOD_UNTIL)
    answer = good["content"].get("application/json")
    asked = call.get("parameters", [])
    parameters = [_field(one["name"], one["schema"], parts, required=one["required"]) for one in asked]
    return Call(
        anchor=call["operationId"].removeprefix("huixiang_api_"), method=method, path=path.removeprefix(PREFIX),
        title=said(call["summary"]), words=said(call["description"]), scope=call["x-scope"],
        parameters=parameters,
        fields=_fields((body or form).get("schema", {}), parts),
        curl=_curl(path, method, call, body.get("example"), form.get("example", {})),
        answer=_written(answer["example"]) if answer else _("The file itself."),
        statuses=sorted(map(str, call["responses"])),
    )  # fmt: skip


def _field(name: str, schema: Mapping[str, Any], parts: Mapping[str, Any], *, required: bool) -> Field:
    return Field(name, _kind(schema, parts), required, said(schema.get("description", "")))


def _fields(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> list[Field]:
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    shown = schema.get("properties", {}).items()
    return [_field(name, one, parts, required=name in needed) for name, one in shown]


def _kind(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """A type in one line: string, a choice, a list."""
    if "$ref" in schema:
        return _kind(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(one, parts) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}), parts)}]"
    return str(schema.get("format") or schema.get("type") or "any")


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _curl(path: str, method: str, call: Mapping[str, Any], body: Any, form: Mapping[str, str]) -> str:
    """The call as somebody would try it."""
    filled = path.replace("{", "$").replace("}", "").upper().replace(PREFIX.upper(), PREFIX) if "{" in path else path
    filled = "/".join(step if step.startswith("$") else step.lower() for step in filled.split("/"))
    needed = [one for one in call.get("parameters", []) if one["in"] == "query" and one["required"]]
    query = "?" + "&".join(f"{one['name']}=owners-app" for one in needed) if needed else ""
    lines = [f'curl "{settings.PUBLIC_URL}{filled}{query}"', '  -H "Authorization: Bearer $HX_KEY"']
    if method != "GET":
        lines.insert(1, f"  -X {method}")
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    if body is not None:
        lines += ['  -H "Content-Type: application/json"', f"  -d '{json.dumps(body, ensure_ascii=False)}'"]
    lines += [f"  -F '{name}={value}'" for name, value in form.items()]
    return " \\\n".join(lines)

