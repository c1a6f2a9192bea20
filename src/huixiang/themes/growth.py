"""Whether a theme rises faster than its own past: the statistic of the early warnings, without a database.

**Counted** are people: for each of the WINDOWS (the last 1, 3 and 7 days, to the minute) how many different people
spoke of the theme within it, N.

**Expected** is what the theme's own past says: the people of each day over the PAST days before the window. Their rate
a day has the gamma prior (SHAPE, RATE), so a theme nobody spoke of yet has little but not nothing behind it, and what
comes next is then negative binomial (the gamma-Poisson predictive distribution). Stretches of the past that swing more
than Poisson counts do, weekends as much as moods and releases, are allowed for: for each length of window their excess
(variance less mean, over the mean squared) is estimated from the past, drawn towards USUAL_EXCESS, and added to the
uncertainty of the rate.

**The rise** is the smallest chance, over the windows, that so many or more people come by themselves. It is a warning
below SURE, from FEWEST people on, and only if they are at least TIMES as many as expected. Three windows looked at
again with every feedback are many looks; SURE is set for all of them together by simulation: how many false alarms a
year of quiet brings, and how soon a real rise is seen, prints `benchmarks/early_warnings.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc

WINDOWS: Final = (1, 3, 7)  # days
PAST: Final = 56  # days before a window that are its past: eight weeks, whole ones
FEWEST_DAYS: Final = 14  # of past below which a workspace is too young to say what is usual
SHAPE: Final = 0.5  # the prior of the rate: half a person …
RATE: Final = 14.0  # … in two weeks
USUAL_EXCESS: Final = 0.25  # relative variance beyond Poisson's that is reckoned with: the rate swings by half
WEIGHT: Final = 6.0  # stretches of the past that this assumption weighs
FEWEST: Final = 4  # people: fewer are no rise worth a warning
TIMES: Final = 2.0
SURE: Final = 3e-5
SETTLED: Final = 1e-2  # a rise is over when no window is less likely than this


@dataclass(frozen=True, slots=True)
class Rise:
    """A window that stands out: how many people within how many days, how many were expected, the chance of that."""

    days: int
    people: int
    expected: float
    chance: float

    @property
    def warns(self) -> bool:
        """Whether it is worth a warning."""
        return self.chance < SURE and self.people >= FEWEST and self.people >= TIMES * self.expected


def excess(days: int, past: Sequence[int]) -> float:
    """Relative variance of stretches of so many days beyond Poisson's, drawn towards what is usual."""
    sums = np.convolve(past, np.ones(days), "valid") if len(past) >= days else np.zeros(0)
    mean = float(sums.mean()) if len(sums) else 0.0
    told = len(past) / days * (mean / (1 + mean)) ** 2  # stretches that do not overlap, as far as they tell of it
    own = max(float(sums.var()) - mean, 0.0) / mean**2 if mean else 0.0
    return (told * own + WEIGHT * USUAL_EXCESS) / (told + WEIGHT)


def chance(people: int, days: int, past: Sequence[int]) -> tuple[float, float]:
    """How likely so many people or more are within so many days after such a past, and how many were expected."""
    known = SHAPE + sum(past)
    expected = known / (RATE + len(past)) * days
    shape = 1 / (1 / known + excess(days, past))  # relative variances add up
    # The tail of a negative binomial distribution is an incomplete beta function.
    likely = float(betainc(people, shape, expected / (shape + expected))) if people else 1.0
    return likely, expected


def rise(people: Sequence[int], past: Sequence[int], age: int) -> Rise | None:
    """The window that stands out most.

    `people` counts different people in each of WINDOWS; `past` people on each day before now, yesterday first, at
    least PAST + 7 days where the workspace is so old; `age` is how many days the workspace has. None when that is
    too few.
    """
    if age < FEWEST_DAYS + WINDOWS[-1]:
        return None
    found = []
    for number, days in zip(people, WINDOWS, strict=True):
        before = list(past[days : min(days + PAST, age)])
        likely, expected = chance(number, days, before)
        found.append(Rise(days, number, expected, likely))
    return min(found, key=lambda one: (one.chance, one.days))
