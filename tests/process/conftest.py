"""A product of the test's own, with a workspace to connect channels to."""

from collections.abc import Iterator

import pytest

from tests.product import Product, running_product


@pytest.fixture
def product() -> Iterator[Product]:
    with running_product() as running:
        running.command("workspace", "create", "brand", "--name", "北辰汽车")
        yield running
