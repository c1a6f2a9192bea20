"""Two hundred corrections of a domain the base never saw lift it there, and cost the base nothing to speak of."""

from pathlib import Path

import pytest

from huixiang.engine.training import new_domain

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the data beside the project is not there")
def test_200_corrections_of_cosmetics_lift_cosmetics_and_leave_the_base() -> None:
    found = new_domain.tried(new_domain.prepared(SHARED, learned=8_000, tested=2_000), corrections=200, draw=5)
    assert (found.counted > 1_500, found.base_counted > 1_900) == (True, True)
    assert found.after - found.before > 0.01, found
    assert found.base_before - found.base_after <= 0.005, found
