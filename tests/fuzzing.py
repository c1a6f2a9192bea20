"""Every test that makes its own input is also a fuzzer: `HUIXIANG_FUZZ_SECONDS=600 pytest -m fuzz …`, each so long.

Without that variable they are what they are in the suite: some hundred inputs, within a second, and the same ones
every time, so that a change is blamed for what it did. New inputs are the long runs' business.
"""

import os
import time
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("HUIXIANG_FUZZ_SECONDS", "0"))
SIGNS = st.text(st.characters(codec=None), max_size=10)  # NUL and lone surrogates too
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SIGNS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SIGNS, inner, max_size=3),
    max_leaves=5,
)
settings.register_profile("suite", derandomize=not SECONDS)
settings.load_profile("suite")
A_ROUND = 500  # inputs; what a round has learned the next one begins with, by hypothesis' own database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of hypothesis' as `fuzz`."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("fuzz")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Round after round until the time is over; the first failure ends it."""
    fuzzed = SECONDS and pyfuncitem.get_closest_marker("fuzz")
    if not fuzzed:
        return (yield)
    _in_rounds(pyfuncitem.obj)
    rounds, until = 1, time.monotonic() + SECONDS
    result = yield
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    while time.monotonic() < until:
        pyfuncitem.obj(**given)
        rounds += 1
    print(f"\n{pyfuncitem.nodeid}: {rounds} rounds of up to {A_ROUND} inputs in {SECONDS:.0f} s")  # noqa: T201
    return result


def _in_rounds(test: Any) -> None:
    of = getattr(test, "__func__", test)
    of._hypothesis_internal_use_settings = settings(
        of._hypothesis_internal_use_settings, max_examples=A_ROUND, deadline=None,
    )  # fmt: skip
