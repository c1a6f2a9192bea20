"""What the tests of Matrix share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.matrix import synapse


@pytest.fixture(scope="session")
def _home() -> Iterator[synapse.Home]:
    with synapse.running() as home:
        yield home


@pytest.fixture
def home(_home: synapse.Home, settings: Any) -> synapse.Home:
    """A real homeserver; the installation's operator has allowed this host."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return _home
