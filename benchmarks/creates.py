"""Single messages created by many clients at once over HTTP, one message a call: what a busy app does.

Usage: python benchmarks/creates.py [--clients 8] [--seconds 10]
"""

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground
import sentences
import serving

WARM_UP = 2.0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clients", type=int, default=8, help="clients at once (default 8)")
    parser.add_argument("--seconds", type=float, default=10, help="how long is measured (default 10)")
    return parser.parse_args()


class Client(threading.Thread):
    """One connection that is kept, one message a call, as fast as the answers come."""

    def __init__(self, address: str, key: str, number: int, until: float) -> None:
        super().__init__()
        self.host, self.key, self.number, self.until = urlsplit(address).netloc, key, number, until
        self.ends: list[tuple[float, float]] = []  # when each call ended, how long it took

    def run(self) -> None:
        """Call until the time is over. A refusal ends the run: it is no measurement."""
        connection = http.client.HTTPConnection(self.host)
        texts = sentences.messages(seed=self.number + 100)
        while time.perf_counter() < self.until:
            body = self._body(next(texts), len(self.ends))
            started = time.perf_counter()
            connection.request("POST", "/api/v1/messages", body, self._headers())
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 202 or b'"stored"' not in said:
                raise SystemExit(f"{answer.status}: {said[:300]!r}")
            self.ends.append((time.perf_counter(), time.perf_counter() - started))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def _body(self, text: str, place: int) -> bytes:
        author = {"id": f"u-{self.number}-{place % 500}", "name": "车友"}
        message = {"channel": "app", "external_id": f"c-{self.number}-{place}", "author": author, "text": text}
        return json.dumps({"messages": [message]}).encode()


def measured(clients: int, seconds: float, *, limited: bool = True) -> tuple[float, float, float]:
    """Creates a second, median and 95th percentile of one call in ms, after a warm-up.

    `limited`: whether the calls of the key are counted against its limit, as they are by default.
    """
    from huixiang.channels.actions import open_account
    from huixiang.workspaces.actions import create_api_key, create_workspace

    workspace = create_workspace(slug="creates" if limited else "creates-unlimited", name="基准")
    open_account(workspace=workspace, slug="app", kind="api", name="App")
    key = create_api_key(workspace=workspace, scopes=["ingest"])[1]
    with serving.web({} if limited else {"HUIXIANG_API_MESSAGES_A_MINUTE": "0"}) as address:
        _run([Client(address, key, clients + number, time.perf_counter() + WARM_UP) for number in range(clients)])
        begin = time.perf_counter() + WARM_UP
        threads = [Client(address, key, number, begin + seconds) for number in range(clients)]
        _run(threads)
    took = [took for thread in threads for end, took in thread.ends if end >= begin]
    return len(took) / seconds, statistics.median(took) * 1000, statistics.quantiles(took, n=20)[18] * 1000


def _run(threads: list[Client]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Measure and print one table."""
    args = _parsed()
    with ground.database():
        rate, middle, high = measured(args.clients, args.seconds)
    ground.table(["clients", "creates/s", "median ms", "95th percentile ms"],
                 [[args.clients, f"{rate:,.0f}", f"{middle:.1f}", f"{high:.1f}"]])  # fmt: skip


if __name__ == "__main__":
    main()
