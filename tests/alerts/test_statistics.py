"""The statistics of spreading anger and of silence, on numbers one can think through."""

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from huixiang.alerts import anger, silence

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime.datetime(2026, 3, 2, tzinfo=ZONE)
CALM = [(10, 1)] * 60  # ten people a day, one of them angry
BOUND = 3e-5


def weekend(day: datetime.date) -> bool:
    return day.weekday() >= 5


def flow(days: int, *, seed: int = 1) -> list[float]:
    """Two messages an hour from nine to eleven at night, half as many at weekends, next to nothing at night."""
    rng, hours = np.random.default_rng(seed), []
    for place in range(days * 24):
        at = MONDAY + datetime.timedelta(hours=place)
        hours.append((2.0 if 9 <= at.hour < 23 else 0.02) * (0.5 if weekend(at.date()) else 1.0))
    return [float(number) for number in rng.poisson(hours)]


def after(counts: list[float], hours: float) -> silence.Silence | None:
    """What is said when nothing came for so many whole hours after these."""
    told = [*counts, *[0.0] * int(hours)]
    return silence.silence(told, MONDAY, MONDAY + datetime.timedelta(hours=len(counts) + hours), ZONE, weekend)


@pytest.mark.parametrize(
    ("within", "spreads"),
    [
        ([(14, 9), (30, 12)], True),  # more angry people, nobody else says more
        ([(90, 9), (120, 12)], False),  # everybody speaks, the share of the angry is as ever
        ([(3, 3), (9, 4)], False),  # three angry people are no crowd
        ([(10, 1), (30, 3)], False),  # a day like the others
    ],
)
def test_anger_spreads_by_number_and_share(within: list[anger.Day], spreads: bool) -> None:
    seen = anger.spread(within, CALM, age=70)
    assert seen is not None
    assert seen.spreads(BOUND) is spreads


def test_it_settles_when_it_is_as_usual_again_and_says_nothing_too_young() -> None:
    hot, usual = anger.spread([(14, 9), (30, 12)], CALM, age=70), anger.spread([(9, 1), (28, 2)], CALM, age=70)
    assert hot is not None
    assert usual is not None
    assert (hot.settled, usual.settled) == (False, True)
    assert anger.spread([(14, 9), (30, 12)], CALM, age=10) is None


def test_the_share_leans_on_the_past_but_not_without_bound() -> None:
    little, usual = anger.share_chance(5, 10, CALM)
    assert (little < 0.01, round(usual, 2)) == (True, 0.1)
    assert anger.share_chance(1, 10, CALM)[0] > 0.5
    assert anger.share_chance(0, 0, [])[0] == 1.0


def test_a_night_and_a_weekend_are_no_silence_but_a_working_day_is() -> None:
    counts = flow(56)  # ends on a Sunday at midnight
    told = counts[: -24 * 3]  # up to Thursday at midnight, what comes is Friday
    night, day = after(told, 9), after(told, 18)
    assert night is not None
    assert day is not None
    assert (night.stands_out(1e-4), day.stands_out(1e-4)) == (False, True)
    assert 18 <= day.hours < 24


def test_what_is_the_channels_way_is_no_silence() -> None:
    """A channel that speaks in bursts of one day in two has long gaps of its own."""
    rng = np.random.default_rng(2)
    counts = [float(n) for day in range(56) for n in rng.poisson(3.0 if day % 2 else 0.0, 24)]
    gap = after(counts, 30)
    assert gap is None or not gap.stands_out(1e-3)


def test_an_earlier_breakdown_does_not_blunt_it() -> None:
    counts = flow(56)[: -24 * 3]
    broken = [*counts[: 24 * 21], *[0.0] * 24, *counts[24 * 22 :]]
    seen = after(broken, 20)
    assert seen is not None
    assert seen.stands_out(1e-4)


def test_a_young_or_thin_flow_is_not_watched() -> None:
    assert after(flow(10), 30) is None
    thin = [1.0 if place % 48 == 12 else 0.0 for place in range(56 * 24)]
    assert after(thin, 72) is None
