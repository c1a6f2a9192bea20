"""Whether anger spreads in a theme or channel: the statistic, without a database.

**Counted** are people: of those who said something within the last 1 and 3 days, n, how many were angry, a (the engine
heard anger, or that they will go public).

Two questions, each answered by the subject's own past, the PAST days before the window:

*The number.* So many angry people or more by themselves: the gamma-Poisson predictive tail of `themes.growth`, with
the swings of the past beyond Poisson counts allowed for.

*The share.* So many angry among n: the beta-binomial predictive tail. The past's share A of N gives a beta
distribution, with a prior of PRIOR_ANGRY angry and PRIOR_CALM calm people behind it; the past weighs at most WEIGHT
people, because the mood of a community swings from day to day more than a coin does. So a release that makes everybody
talk, the calm as well, is a rise and no spreading anger.

**It spreads** when, in one of the windows, the number's chance is below the bound the workspace chose, the share's
below SHARE, there are at least FEWEST angry people, and TIMES as many as expected. It is over when no window's number
is less likely than SETTLED. Two windows, looked at again every few minutes, are many looks: the bound is set for all
of them together by simulation (`benchmarks/alerts.py`), and the subject rests REST days after an alert has closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaln, gammaln

from huixiang.themes import growth

WINDOWS: Final = (1, 3)  # days
PAST: Final = growth.PAST
FEWEST: Final = 4
FEWEST_DAYS: Final = 14  # of past below which nobody can say what is usual
TIMES: Final = 2.0
SHARE: Final = 0.02
SETTLED: Final = 1e-2
PRIOR_ANGRY, PRIOR_CALM = 0.5, 2.0
WEIGHT: Final = 80.0
REST: Final = 3  # days
BOUNDS: Final = {"low": 1e-6, "normal": 3e-5, "high": 1e-3}  # by how sensitive a workspace wants it

Day = tuple[int, int]
"""People of a day, and the angry among them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The window that stands out most: angry people of all who spoke, what was expected, how likely it is."""

    days: int
    angry: int
    people: int
    expected: float
    usual_share: float
    chance: float
    share_chance: float

    def spreads(self, bound: float) -> bool:
        """Whether it is worth an alert at this bound."""
        much = self.angry >= FEWEST and self.angry >= TIMES * self.expected
        return much and self.chance < bound and self.share_chance < SHARE

    @property
    def settled(self) -> bool:
        """Whether it has gone back to what is usual."""
        return self.chance > SETTLED


def share_chance(angry: int, people: int, past: Sequence[Day]) -> tuple[float, float]:
    """How likely at least `angry` of `people` are after such a past, and the share that was usual in it (0–1)."""
    spoke, were = sum(day[0] for day in past), sum(day[1] for day in past)
    weight = min(1.0, WEIGHT / spoke) if spoke else 0.0
    hot, calm = PRIOR_ANGRY + weight * were, PRIOR_CALM + weight * (spoke - were)
    return _so_many_or_more(angry, people, hot, calm), hot / (hot + calm)


def _so_many_or_more(angry: int, people: int, hot: float, calm: float) -> float:
    """The upper tail of the beta-binomial distribution. `scipy.stats` has it too, and adds a second to every start."""
    if not angry:
        return 1.0
    of = np.arange(angry, people + 1)
    ways = gammaln(people + 1) - gammaln(of + 1) - gammaln(people - of + 1)
    return float(min(np.exp(ways + betaln(of + hot, people - of + calm) - betaln(hot, calm)).sum(), 1.0))


def spread(within: Sequence[Day], past: Sequence[Day], age: int) -> Spread | None:
    """The window whose number is the least likely.

    `within` counts people and angry people in each of WINDOWS; `past` the same on each day before now, yesterday first,
    PAST + 3 days where the workspace is so old; `age` is how many days it has. None when that is too few.
    """
    if age < FEWEST_DAYS + WINDOWS[-1]:
        return None
    found = []
    for (people, angry), days in zip(within, WINDOWS, strict=True):
        before = list(past[days : min(days + PAST, age)])
        likely, expected = growth.chance(angry, days, [day[1] for day in before])
        by_share, usual = share_chance(angry, people, before)
        found.append(Spread(days, angry, people, expected, usual, likely, by_share))
    return min(found, key=lambda one: (one.chance, one.days))
