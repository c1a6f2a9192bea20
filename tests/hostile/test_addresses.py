"""Every address with parameters nobody sane sends, and the API's lists with forged cursors."""

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
    for place, client in (("desk", staff), ("portal", member)):
        for address in addresses(community, place):
            for number in range(2):
                query = {name: [next(turns), "x"] if number == 1 else next(turns) for name in NAMES}
                found = answered(client, address, data=query)
                if found not in FINE:
                    bad[address, number] = found
    assert bad == {}


API_READS = ["feedback", "cases", "themes", "members", "announcements", "deliveries"]


def test_the_apis_lists_with_forged_cursors_and_limits(world: World) -> None:
    client, bad = Client(headers={"Authorization": f"Bearer {world.key}"}), {}
    for path, name in itertools.product(API_READS, ["q", "cursor", "limit", "since", "grade", "theme"]):
        for value in VALUES[:3] + VALUES[4:9] + VALUES[12:]:
            found = answered(client, f"/api/v1/{path}", data={name: value})
            if found not in FINE | {401, 403}:
                bad[path, name, value[:20]] = found
    assert bad == {}
