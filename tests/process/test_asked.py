"""Ten thousand messages where we have to ask: by pages, with what came before in them again, killed in the middle."""

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.loopback import Asked, Platform, platform
from tests.process.calls import BEGAN, CORP, SERVICE, TENCENT, wecom_kf_news, words
from tests.process.deluge import Made, shuffled
from tests.process.proving import MESSAGES, STORED, all_once, connected, killed, proved_by_calls
from tests.product import Product

pytestmark = [pytest.mark.proof, pytest.mark.process]

SHOWN = 500  # the latest, of a feed and of Apple's reviews
NEW = 200  # until the next time we ask
A_PAGE = 50
APP = "414478124"
WAKE = "import uuid; from huixiang.intake.asking import wake; wake(uuid.UUID('{id}'))"
WANTED_WITHIN = 300  # seconds, of one turn: a job of a killed worker is taken up again after a minute or two


@pytest.fixture
def server() -> Iterator[Platform]:
    with platform() as found:
        yield found


def at_second(number: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(BEGAN - MESSAGES + number, datetime.UTC)


class Service:
    """WeCom's log of what people wrote to a service account: a place in it is the cursor."""

    def __init__(self) -> None:
        self.log: list[int] = []
        self._lock = threading.Lock()

    def written(self, number: int) -> Made:
        """Somebody writes, and WeCom says that there is something; said again, it is in the log twice."""
        with self._lock:
            self.log.append(number)
        return wecom_kf_news(number)

    def page(self, asked: Asked) -> tuple[int, Any]:
        start = int(asked.body["cursor"] or 0)
        end = min(start + asked.body["limit"], len(self.log))
        said = [
            {
                "msgid": f"m-{number}", "open_kfid": SERVICE, "external_userid": f"wm-{number % 500}",
                "send_time": BEGAN, "origin": 3, "msgtype": "text", "text": {"content": words(number)},
            }
            for number in self.log[start:end]
        ]  # fmt: skip
        more = int(end < len(self.log))
        return 200, {"errcode": 0, "errmsg": "ok", "next_cursor": str(end), "has_more": more, "msg_list": said}


def test_wecom_customer_service(product: Product, server: Platform, tmp_path: Path) -> None:
    service = Service()
    server.answers = {
        "/cgi-bin/gettoken": (200, {"errcode": 0, "access_token": "t-1", "expires_in": 7200}),
        "/cgi-bin/kf/account/list": (200, {"errcode": 0, "account_list": [{"open_kfid": SERVICE, "name": "售后"}]}),
        "/cgi-bin/kf/customer/batchget": (200, {"errcode": 0, "customer_list": []}),
        "/cgi-bin/kf/sync_msg": service.page,
    }
    told = connected(product, "wecom_kf", {"corp_id": CORP, "api": server.address, **TENCENT}, tmp_path)
    proved_by_calls(product, "wecom_kf", told, service.written, 5.0)


class Published:
    """What is shown now: the latest of what was published so far, by its time, though some turns up late."""

    def __init__(self) -> None:
        self._order, self._out = shuffled(MESSAGES), 0
        self.answers = threading.Event()  # cleared, whoever asks waits
        self.answers.set()

    @property
    def is_all_out(self) -> bool:
        return self._out >= len(self._order)

    def publish(self) -> int:
        """Some more; returns how many different ones are out."""
        self._out += NEW
        return len(set(self._order[: self._out]))

    def latest(self) -> list[int]:
        self.answers.wait(60)
        return sorted(self._order[: self._out], reverse=True)[:SHOWN]


def asked_to_the_end(product: Product, server: Platform, told: dict[str, str], published: Published) -> list[float]:
    """Publish, have it fetched, and so on; twice the worker is killed while it is at it. Seconds of each turn."""
    stored, seconds = STORED.format(id=told["id"]), list[float]()
    kills = [int(MESSAGES * 0.25), int(MESSAGES * 0.6)]
    while not published.is_all_out:
        started, out = time.monotonic(), published.publish()
        asked, dies = len(server.asked), bool(kills) and out >= kills[0]
        if dies:
            kills.pop(0)
            published.answers.clear()
        product.asked(WAKE.format(id=told["id"]))
        if dies:
            while len(server.asked) == asked:
                assert time.monotonic() < started + WANTED_WITHIN, "nobody asked"
                time.sleep(0.01)
            killed(product, "worker")
            published.answers.set()
        while product.count(stored) < out:
            assert time.monotonic() < started + WANTED_WITHIN, f"{product.count(stored)} of {out}"
            time.sleep(0.1)
        seconds.append(time.monotonic() - started)
    assert not kills
    return seconds


def told_of(kind: str, seconds: list[float]) -> None:
    print(f"\n{kind}: {len(seconds)} turns, longest {max(seconds):.0f} s with the worker killed in it")  # noqa: T201


def feed(published: Published) -> Callable[[Asked], tuple[int, bytes, dict[str, str]]]:
    def shown(_asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        items = "".join(
            f"<item><guid>topic-{number}</guid><title>{escape(words(number))}</title><author>车友{number % 9}</author>"
            f"<pubDate>{at_second(number):%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
            for number in published.latest()
        )
        body = f'<rss version="2.0"><channel><title>论坛</title>{items}</channel></rss>'
        return 200, body.encode(), {"Content-Type": "application/rss+xml; charset=utf-8"}

    return shown


def test_a_feed(product: Product, server: Platform, tmp_path: Path) -> None:
    published = Published()
    server.answers["/latest.rss"] = feed(published)
    told = connected(product, "feed", {"feed": f"{server.address}/latest.rss"}, tmp_path)
    told_of("feed", asked_to_the_end(product, server, told, published))
    all_once(product, told["id"])


def review(number: int) -> dict[str, Any]:
    said = {
        "id": str(number), "title": words(number), "content": "更新之后", "im:rating": "2", "im:version": "3.4.1",
        "updated": at_second(number).isoformat(),
    }  # fmt: skip
    author = {
        "name": {"label": f"车友{number % 500}"},
        "uri": {"label": f"https://itunes.apple.com/cn/reviews/id{number % 500}"},
    }
    return {"author": author, **{name: {"label": value} for name, value in said.items()}}


def reviews(published: Published, page: int) -> Callable[[Asked], tuple[int, Any]]:
    def shown(_asked: Asked) -> tuple[int, Any]:
        latest = published.latest()[(page - 1) * A_PAGE : page * A_PAGE]
        return 200, {"feed": {"entry": [review(number) for number in latest]}}

    return shown


def test_reviews_in_the_app_store(product: Product, server: Platform, tmp_path: Path) -> None:
    published = Published()
    for page in range(1, SHOWN // A_PAGE + 1):
        path = f"/cn/rss/customerreviews/page={page}/id={APP}/sortby=mostrecent/json"
        server.answers[path] = reviews(published, page)
    told = connected(product, "app_reviews", {"app": APP, "country": "cn", "api": server.address}, tmp_path)
    told_of("app_reviews", asked_to_the_end(product, server, told, published))
    all_once(product, told["id"])
