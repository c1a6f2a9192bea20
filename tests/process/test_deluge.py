"""Ten thousand messages of every platform that calls us, a twentieth twice, out of order, everything killed twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.calls import WAYS, Way
from tests.process.proving import connected, proved_by_calls
from tests.product import Product, running_product

pytestmark = [pytest.mark.proof, pytest.mark.process]


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as running:
        running.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.kind)
def test_each_is_stored_once_and_none_is_missing(way: Way, product: Product, tmp_path: Path) -> None:
    proved_by_calls(product, way.kind, connected(product, way.kind, way.settings, tmp_path), way.make, way.seconds)
