"""Every address with parameters nobody sane sends, bodies of ten megabytes, thousands of fields and wrong types."""

import itertools
from typing import Any

from django.test import Client

from huixiang.kernel.pagination import encode
from tests.hostile.pages import addresses
from tests.hostile.values import LONG, SCRIPT, TURNED
from tests.security.test_tenancy import World

NAMES = ["q", "cursor", "after", "before", "sort", "order", "tab", "kind", "grade", "since", "theme", "page", "limit"]
VALUES = [
    "%_\\'\"!:*&|()<->[(*+?{$^", "' OR 1=1 --", LONG, SCRIPT, TURNED, "-1", "9" * 40, "²", "a:*", "!!!", "\\", "((((",
    encode("9999-12-31T23:59:59+14:00", "x"), encode(None, [], {}), encode(1e308, -1), encode(*["z"] * 9), "A" * 5_000,
    "W" * 3, "e30", "W1tbW1tbW1tbW10",
]  # fmt: skip
FINE = {200, 204, 301, 302, 400, 404, 405, 413, 415, 422, 429}


def answered(client: Client, address: str, **asked: Any) -> int | str:
    """The status, or the failure in words."""
    try:
        answer: Any = client.get(address, **asked)
        if answer.streaming:
            b"".join(answer.streaming_content)
        return int(answer.status_code)
    except Exception as error:  # noqa: BLE001 - every failure of a page is one finding
        return f"{type(error).__name__}: {error}"[:200]


def test_every_page_with_parameters_nobody_sends(community: World, staff: Client, member: Client) -> None:
    turns, bad = itertools.cycle(VALUES), {}
    for pages, client in (("desk", staff), ("portal", member)):
        for address in addresses(community, pages):
            query = {name: ["x", next(turns)] if place % 2 else next(turns) for place, name in enumerate(NAMES)}
            found = answered(client, address, data=query)
            if found not in FINE:
                bad[address] = found
    assert bad == {}


API_READS = ["feedback", "cases", "themes", "members", "announcements", "deliveries"]


def test_the_apis_lists_with_forged_cursors_and_limits(community: World) -> None:
    client, bad = Client(headers={"Authorization": f"Bearer {community.key}"}), {}
    for path, name in itertools.product(API_READS, ["q", "cursor", "limit", "since", "grade", "theme"]):
        for value in VALUES[:3] + VALUES[4:9] + VALUES[12:]:
            found = answered(client, f"/api/v1/{path}", data={name: value})
            if found not in FINE | {401, 403}:
                bad[path, name, value[:20]] = found
    assert bad == {}


BODIES: dict[str, tuple[bytes, str]] = {
    "ten megabytes": (b"text=" + b"a" * 10_485_760, "application/x-www-form-urlencoded"),
    "2,000 fields": ("&".join(f"f{n}=1" for n in range(2_000)).encode(), "application/x-www-form-urlencoded"),
    "json": (b'{"text": "a"}', "application/json"),
    "no type": (b"text=a", ""),
    "a type that is none": (b"text=a", "text/plain; charset=utf-99"),
    "form of an unknown charset": (b"text=%ff", "application/x-www-form-urlencoded; charset=utf-99"),
    "multipart without a boundary": (b"--x\r\n", "multipart/form-data"),
    "multipart cut off": (
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na', "multipart/form-data; boundary=x",
    ),
    "doubled": (b"text=a&text=b&who=nobody&who=me&next=/x&next=//evil.example", "application/x-www-form-urlencoded"),
    "half an escape": (b"text=%E8%BD%", "application/x-www-form-urlencoded"),
}


def test_bodies_of_every_kind(community: World, staff: Client, member: Client) -> None:
    answers = {what: _sent(what, community, staff, member) for what in BODIES}
    assert {what: bad for what, bad in answers.items() if bad} == {}


def _sent(what: str, community: World, staff: Client, member: Client) -> dict[str, Any]:
    """The places that do not answer such a body as they should."""
    body, content_type = BODIES[what]
    slug, case = community.workspace.slug, community.ids["case_id"]
    answers: dict[str, Any] = {}
    for client, path in (
        (member, f"/c/{slug}/say/"), (member, f"/c/{slug}/similar/"), (member, f"/c/{slug}/files/"),
        (staff, f"/w/{slug}/cases/{case}/reply/"), (staff, f"/w/{slug}/notes/save/"), (staff, f"/w/{slug}/inbox/bulk/"),
        (staff, f"/w/{slug}/channels/import/upload/"), (Client(), "/accounts/login/"), (Client(), "/hooks/x/"),
        (Client(headers={"Authorization": f"Bearer {community.key}"}), "/api/v1/messages"),
    ):  # fmt: skip
        try:
            answers[path] = client.generic("POST", path, body, content_type=content_type).status_code
        except Exception as error:  # noqa: BLE001 - every failure is one finding
            answers[path] = f"{type(error).__name__}: {error}"[:200]
    return {path: answer for path, answer in answers.items() if answer not in FINE | {401, 409}}


AWAY = ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "https:evil.example", "//evil.example\\@127.0.0.1", " //evil.example", "http:///evil.example"]  # fmt: skip


def test_no_form_leads_to_another_site(community: World, staff: Client, member: Client) -> None:
    slug, ids = community.workspace.slug, community.ids
    visitor = Client()
    posts = [
        (staff, f"/w/{slug}/cases/{ids['case_id']}/assign/", {"owner": ""}),
        (staff, f"/w/{slug}/themes/{ids['theme_id']}/move/", {"to": "x"}),
        (member, f"/c/{slug}/t/{ids['theme_id']}/vote/", {}),
        (member, "/language/setlang/", {"language": "en"}),
        (visitor, "/accounts/login/", {"login": community.owner.user.email, "password": "a-long-password"}),
    ]
    for away, (client, path, body) in itertools.product(AWAY, posts):
        answer = client.post(path, {**body, "next": away})
        assert "evil" not in answer.headers.get("Location", "").split("?")[0], path
        assert not answer.headers.get("Location", "").lower().startswith("javascript"), path
