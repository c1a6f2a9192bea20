"""How long lists, board and search take as the data grows, each asked of the product's own web process.

Usage: python benchmarks/pages.py [--sizes 1000,10000,100000] [--times 40]
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import community
import ground
import serving

WARM_UP = 8
SLUG = "bench"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of feedbacks (default 1000,10000,100000)")
    parser.add_argument("--times", type=int, default=40, help="requests of each kind at each size (default 40)")
    return parser.parse_args()


def prepared() -> tuple[Any, Any, str, str]:
    """A workspace with an app and a portal; a key that reads, and the session of somebody signed in."""
    from django.test import Client

    from huixiang.channels.actions import open_account
    from huixiang.workspaces.actions import create_api_key, create_workspace, join_team
    from huixiang.workspaces.models import User

    workspace = create_workspace(slug=SLUG, name="基准")
    user = User.objects.create_user("bench@example.com", "not used: signed in below", name="知夏")
    join_team(workspace=workspace, user=user, role="owner")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    app = open_account(workspace=workspace, slug="app", kind="api", name="App")
    portal = open_account(workspace=workspace, slug="board", kind="portal", name="社区")
    key = create_api_key(workspace=workspace, scopes=["read"])[1]
    return app, portal, key, client.cookies["sessionid"].value


def asked(key: str, session: str) -> dict[str, tuple[str, dict[str, str], bool]]:
    """What is asked: name → address, headers, whether a full page."""
    keyed = {"Authorization": f"Bearer {key}"}
    staff = {"Cookie": f"sessionid={session}"}
    part = staff | {"HX-Request": "true"}
    return {
        "API: list of 20 feedbacks": ("/api/v1/feedback?limit=20", keyed, False),
        "API: list of 20, one grade and kind": ("/api/v1/feedback?limit=20&grade=red&kind=defect", keyed, False),
        "API: list of 20 cases": ("/api/v1/cases?limit=20", keyed, False),
        "API: search 雨刮 异响": ("/api/v1/feedback?limit=20&q=雨刮 异响", keyed, False),
        "portal: board": (f"/c/{SLUG}/", {}, True),
        "portal: board, search 充电口盖": (f"/c/{SLUG}/?q=充电口盖", {}, True),
        "desk: inbox": (f"/w/{SLUG}/inbox/", staff, True),
        "desk: inbox, reds": (f"/w/{SLUG}/inbox/?grade=red", staff, True),
        "desk: inbox, a later page": ("", part, False),
        "desk: feedback": (f"/w/{SLUG}/feedback/", staff, True),
        "desk: themes": (f"/w/{SLUG}/themes/", staff, True),
        "desk: members": (f"/w/{SLUG}/members/", staff, True),
        "desk: search 手机钥匙 连不上": (f"/w/{SLUG}/search/?q=手机钥匙 连不上", staff, True),
    }


def _later_page(client: httpx.Client, staff: dict[str, str]) -> str:
    """The address of the next page, as the inbox itself names it."""
    page = client.get(f"/w/{SLUG}/inbox/", headers=staff).text
    found = re.search(r'hx-get="([^"]*cursor=[^"]*)"', page)
    address = found[1].replace("&amp;", "&") if found else f"/w/{SLUG}/inbox/"
    return address if address.startswith("/") else f"/w/{SLUG}/inbox/{address}"


def _times(client: httpx.Client, address: str, headers: dict[str, str], times: int) -> tuple[float, float]:
    """Median and 95th percentile in ms."""
    found = []
    for number in range(WARM_UP + times):
        started = time.perf_counter()
        answer = client.get(address, headers=headers)
        found.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}: {answer.text[:300]}")
        if number == WARM_UP - 1:
            found.clear()
    return statistics.median(found), statistics.quantiles(found, n=20)[18]


def rows(sizes: list[int], times: int, say: Callable[[str], None]) -> Iterator[list[str]]:
    """One row a question: median ms (95th percentile) at each size, and the growth from first to last."""
    app, portal, key, session = prepared()
    questions = asked(key, session)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in questions}
    for size in sizes:
        with ground.Watch() as watch:
            community.grow(app, portal, size)
        say(f"{size:,} feedbacks after {watch.seconds:.0f} s")
        with serving.web() as address, httpx.Client(base_url=address, timeout=60) as client:
            for name, (path, headers, _full) in questions.items():
                found[name].append(_times(client, path or _later_page(client, headers), headers, times))
    for name, figures in found.items():
        growth = figures[-1][0] / figures[0][0]
        yield [name, *(f"{middle:.1f} ({high:.1f})" for middle, high in figures), f"{growth:.1f}×"]


def main() -> None:
    """Measure and print one table."""
    args = _parsed()
    sizes = [int(size) for size in args.sizes.split(",")]
    with ground.database():
        table = list(rows(sizes, args.times, lambda line: print(line, file=sys.stderr)))
    ground.table(["median ms (95th percentile)", *(f"{size:,}" for size in sizes), "growth"], table)


if __name__ == "__main__":
    main()
