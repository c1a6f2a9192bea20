"""What the tests of mail share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.email import dovecot


@pytest.fixture(scope="session")
def _server() -> Iterator[dovecot.Server]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def server(_server: dovecot.Server, settings: Any, tmp_path: Any) -> dovecot.Server:
    """A real Dovecot; the installation's operator has allowed this host."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.MEDIA_ROOT = tmp_path
    return _server
