"""Ten thousand messages by programs: signed webhooks, and the API with one message a call or a hundred."""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from tests.process.calls import BEGAN, words
from tests.process.deluge import Made, pour, shuffled
from tests.process.proving import DISTINCT, MESSAGES, STORED, connected, killed_twice, proved_by_calls, settled
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]

PATIENCE = 15.0  # seconds: the shortest that the signers of webhooks recommend; programs wait as long
A_CALL = 100  # messages
TWICE_OF = 5  # of each call stood in the call before as well
WEBHOOK = """
from huixiang.channels.actions import open_account
from huixiang.channels.webhooks.receiving import set_up
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.queries import workspace_by_slug
account = open_account(workspace=workspace_by_slug("brand"), slug="webhook-1", kind="webhook", name="问卷")
secret = set_up(account=account, actor=SYSTEM)
print(account.id, account.settings["token"], secret)
"""


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as running:
        running.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running


@pytest.fixture(scope="module")
def key(product: Product) -> str:
    return product.command("apikey", "create", "--workspace", "brand", "--scope", "ingest").stdout.strip()


def test_signed_webhooks(product: Product) -> None:
    own_id, token, secret = product.asked(WEBHOOK).split()

    def made(number: int) -> Made:
        at = datetime.datetime.now(datetime.UTC)
        said = {"id": f"f-{number}", "text": words(number), "author": {"id": f"u-{number % 500}"}}
        body = json.dumps({"timestamp": BEGAN + number % 60, "data": said}, ensure_ascii=False)
        signed = {
            "webhook-id": f"msg_{number}", "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(f"msg_{number}", at, body),
        }  # fmt: skip
        return Made(body.encode(), {"Content-Type": "application/json", **signed})

    told = {"id": own_id, "address": f"http://127.0.0.1:{product.port}/hooks/{token}/"}
    proved_by_calls(product, "webhook", told, made, PATIENCE)


def posted(key: str, slug: str, name: str, numbers: list[int]) -> Made:
    """One call with these messages; repeated, it has the same key and the same body."""
    messages = [
        {
            "channel": slug, "external_id": f"a-{number}", "text": words(number), "author": {"id": f"u-{number % 500}"},
            "time": datetime.datetime.fromtimestamp(BEGAN + number % 60, datetime.UTC).isoformat(),
        }
        for number in numbers
    ]  # fmt: skip
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": name}
    return Made(json.dumps({"messages": messages}, ensure_ascii=False).encode(), headers)


def opened(product: Product, folder: Path) -> dict[str, str]:
    return {**connected(product, "api", {}, folder), "address": f"http://127.0.0.1:{product.port}/api/v1/messages"}


def test_the_api_with_one_message_a_call(product: Product, key: str, tmp_path: Path) -> None:
    told = opened(product, tmp_path)
    proved_by_calls(
        product, "api, one a call", told, lambda number: posted(key, told["slug"], f"one-{number}", [number]), PATIENCE
    )


def test_the_api_with_a_hundred_a_call(product: Product, key: str, tmp_path: Path) -> None:
    told = opened(product, tmp_path)
    stored = STORED.format(id=told["id"])

    def made(call: int) -> Made:
        first = call * A_CALL
        again = range(max(0, first - TWICE_OF), first)
        numbers = [*range(first, min(first + A_CALL, MESSAGES)), *again][::-1]
        return posted(key, told["slug"], f"many-{call}", numbers)

    calls = -(-MESSAGES // A_CALL)
    order = [number for number in shuffled(max(calls, 20)) if number < calls]
    with killed_twice(product, stored, "web", "worker"):
        outcome = pour(told["address"], made, order)
    number = settled(product, stored)
    print(  # noqa: T201 - the figures are what is wanted
        f"\napi, {A_CALL} a call: {len(outcome.seconds)} calls answered, {outcome.repeated} repeated, "
        f"p99 {outcome.p99 * 1000:.0f} ms, stored {number}"
    )
    assert outcome.refused == []
    assert number == product.count(DISTINCT.format(id=told["id"])) == MESSAGES
    assert outcome.p99 < PATIENCE
