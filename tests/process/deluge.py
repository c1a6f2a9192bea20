"""Ten thousand calls of a platform: a share sent twice, out of order, again when nobody answered, as platforms do."""

import http.client
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, Queue
from urllib.parse import urlencode, urlsplit

TWICE = 0.05
CLIENTS = 6
TRIES = 120  # of one call: platforms repeat for hours, we for as long as a restart takes
GOOD = range(200, 300)
ASK_AGAIN = (409, 429)  # the same call runs at this moment; too many at once
PAUSE = 0.5  # seconds before a call is repeated


@dataclass(frozen=True, slots=True)
class Made:
    """One call as the platform makes it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(slots=True)
class Outcome:
    """What became of all calls: seconds of each answered one, how many were repeated, what was refused."""

    seconds: list[float] = field(default_factory=list)
    repeated: int = 0
    refused: list[int] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98]


def shuffled(number: int, seed: int = 1) -> list[int]:
    """The numbers of the messages: a twentieth twice, each moved by up to fifty places."""
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    twice = chance.sample(range(number), int(number * TWICE))
    return sorted([*range(number), *twice], key=lambda place: place + chance.random() * 50)


def pour(address: str, make: Callable[[int], Made], numbers: Sequence[int]) -> Outcome:
    """Send every message, made fresh at each try so that its time is of now; returns when all were answered."""
    waiting: Queue[int] = Queue()
    for number in numbers:
        waiting.put(number)
    outcome = Outcome()
    threads = [threading.Thread(target=_client, args=(address, make, waiting, outcome)) for _c in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def _client(address: str, make: Callable[[int], Made], waiting: Queue[int], outcome: Outcome) -> None:
    parts = urlsplit(address)
    for number in _taken(waiting):
        for _try in range(TRIES):
            made = make(number)
            path = parts.path + (f"?{urlencode(made.query)}" if made.query else "")
            started = time.perf_counter()
            try:
                status = _asked(parts.netloc, path, made)
            except (OSError, http.client.HTTPException):
                status = 0
            if status in GOOD:
                outcome.seconds.append(time.perf_counter() - started)
                break
            if (
                400 <= status < 500 and status not in ASK_AGAIN
            ):  # a refusal is no outage: sending it again would not help
                outcome.refused.append(status)
                break
            outcome.repeated += 1
            time.sleep(PAUSE)


def _taken(waiting: Queue[int]) -> Iterator[int]:
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return


def _asked(host: str, path: str, made: Made) -> int:
    line = http.client.HTTPConnection(host, timeout=15)
    try:
        line.request(made.method, path, body=made.body, headers={**made.headers})
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()
