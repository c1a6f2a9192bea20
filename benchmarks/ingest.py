"""How fast messages are taken in: in batches and one by one, by the verb and over the API. Reading them is not in it.

Usage: python benchmarks/ingest.py [--batches 10] [--singles 300]
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground
import sentences
import serving

BATCH = 1_000
_numbers = itertools.count(1)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batches", type=int, default=10, help="batches of 1,000 each way (default 10)")
    parser.add_argument("--singles", type=int, default=300, help="messages sent one by one each way (default 300)")
    return parser.parse_args()


def _workspace() -> tuple[Any, str]:
    """An account to write to, and a key for it."""
    from huixiang.channels.actions import open_account
    from huixiang.workspaces.actions import create_api_key, create_workspace

    workspace = create_workspace(slug="ingest", name="基准")
    account = open_account(workspace=workspace, slug="app", kind="api", name="App")
    return account, create_api_key(workspace=workspace, scopes=["ingest"])[1]


def _by_verb(account: Any, texts: Sequence[str]) -> None:
    from django.utils import timezone

    from huixiang.channels.contracts import InboundMessage
    from huixiang.intake.actions import receive

    now = timezone.now()
    batch = []
    for text in texts:
        number = next(_numbers)
        batch.append(InboundMessage(f"v-{number}", text, f"u-{number % 500}", "车友", now, thread="bench"))
    _all_stored([receipt.status for receipt in receive(account=account, messages=batch)])


def _by_api(client: httpx.Client, texts: Sequence[str]) -> None:
    messages = []
    for text in texts:
        number = next(_numbers)
        author = {"id": f"u-{number % 500}", "name": "车友"}
        messages.append({"channel": "app", "external_id": f"a-{number}", "author": author, "text": text})
    answer = client.post("/api/v1/messages", content=json.dumps({"messages": messages}).encode())
    answer.raise_for_status()
    _all_stored([result["status"] for result in answer.json()["results"]])


def _all_stored(states: Sequence[str]) -> None:
    if set(states) != {"stored"}:
        raise SystemExit(f"not all were stored: {sorted(set(states))}")


def _measure(send: Any, batches: int, singles: int) -> tuple[float, float]:
    """Messages a second in batches and one by one, after one batch to warm up."""
    texts = sentences.messages()
    send(list(itertools.islice(texts, BATCH)))
    lots = [list(itertools.islice(texts, BATCH)) for _batch in range(batches)]
    with ground.Watch() as in_batches:
        for lot in lots:
            send(lot)
    ones = [[text] for text in itertools.islice(texts, singles)]
    with ground.Watch() as one_by_one:
        for one in ones:
            send(one)
    return batches * BATCH / in_batches.seconds, singles / one_by_one.seconds


def rows(batches: int = 10, singles: int = 300) -> Iterator[tuple[str, str, str, str]]:
    """For each way in: messages a second in batches, one by one, and the ratio."""
    account, key = _workspace()
    ways: dict[str, tuple[float, float]] = {}
    ways["the verb `receive`"] = _measure(lambda texts: _by_verb(account, texts), batches, singles)
    with serving.web() as address:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            ways["`POST /api/v1/messages`"] = _measure(lambda texts: _by_api(client, texts), batches, singles)
    for name, (many, single) in ways.items():
        yield name, f"{many:,.0f}", f"{single:,.0f}", f"{many / single:,.0f}×"


def main() -> None:
    """Measure both ways and print one table."""
    args = _parsed()
    with ground.database():
        table = list(rows(args.batches, args.singles))
    ground.table(["way in", "batches of 1,000, messages/s", "one by one, messages/s", "ratio"], table)


if __name__ == "__main__":
    main()
