"""What every connector's tests need."""

import pytest
from django.db import connections

from huixiang.intake import listening


@pytest.fixture(autouse=True)
def _no_connection_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line's threads close what they opened at once: kept open it would outlive the test and its database."""
    monkeypatch.setattr(listening, "close_old_connections", connections.close_all)
