"""Whether a channel has gone silent: the statistic, without a database.

A channel has its own hours: **the profile** is how many messages come in within each hour of the day, on working days
and on days off apart (a holiday is a day off, a Sunday that is worked is a working day), over the PAST days before;
each of the 48 cells is drawn towards the mean of its hour with the weight of PULL days. So nights, weekends and
holidays are not silence: little is expected of them.

**The silence** is what the profile would have brought since the last message: Λ, the time of the channel itself (if
messages come by a Poisson process of changing rate, its gaps measured so are exponential with mean 1: Brown et al.
2002, The time-rescaling theorem and its application to neural spike train data analysis). It stands out when

* none by itself is less likely than the bound the workspace chose: (1 + φΛ)^(−1/φ), the chance of nothing under a
  gamma-Poisson mixture, where φ is the relative variance of the channel's days beyond Poisson's; and
* it is TIMES as long, in the channel's own time, as the second longest gap of the past: bursts and lulls that are the
  channel's way are no silence, and one earlier breakdown does not blunt it; and
* it lasts at least FEWEST_HOURS hours by the clock.

Only a channel with **a steady flow** is watched: FEWEST messages a day on average, some on STEADY of its days, for at
least FEWEST_DAYS days. The bound's false alarms are counted by simulation: `benchmarks/alerts.py`.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

PAST: Final = 56  # days
FEWEST: Final = 3.0  # messages a day
FEWEST_DAYS: Final = 14
STEADY: Final = 0.7
PULL: Final = 3.0
TIMES: Final = 1.5
FEWEST_HOURS: Final = 3
USUAL_EXCESS: Final = 0.1  # relative variance of days beyond Poisson's that is reckoned with …
WEIGHT: Final = 7.0  # … and how many days that assumption weighs
HOURS: Final = 24
BOUNDS: Final = {"low": 1e-6, "normal": 1e-4, "high": 1e-3}  # by how sensitive a workspace wants it
HOUR: Final = datetime.timedelta(hours=1)

Floats = NDArray[np.float64]
DayOff = Callable[[datetime.date], bool]


@dataclass(frozen=True, slots=True)
class Silence:
    """How many hours nothing came, how much was expected meanwhile, the longest usual gap, the chance."""

    hours: float
    expected: float
    longest: float
    chance: float

    def stands_out(self, bound: float) -> bool:
        """Whether it is worth an alert at this bound."""
        return self.hours >= FEWEST_HOURS and self.chance < bound and self.expected >= TIMES * self.longest


def cells(hours: Sequence[datetime.datetime], zone: ZoneInfo, day_off: DayOff) -> NDArray[np.int64]:
    """Which of the 48 cells each hour belongs to: 0–23 on working days, 24–47 on days off."""
    known: dict[datetime.date, int] = {}
    found = []
    for hour in hours:
        here = hour.astimezone(zone)
        day = here.date()
        if day not in known:
            known[day] = HOURS if day_off(day) else 0
        found.append(known[day] + here.hour)
    return np.asarray(found, dtype=np.int64)


def profile(counts: Floats, cell: NDArray[np.int64]) -> Floats:
    """Messages an hour in each of the 48 cells."""
    sums = np.bincount(cell, weights=counts, minlength=2 * HOURS)
    numbers = np.bincount(cell, minlength=2 * HOURS)
    together = sums[:HOURS] + sums[HOURS:]
    of_hour = (together + 1 / HOURS) / np.maximum(numbers[:HOURS] + numbers[HOURS:], 1)
    return np.asarray((sums + PULL * np.tile(of_hour, 2)) / (numbers + PULL), dtype=np.float64)


def excess(counts: Floats, expected: Floats) -> float:
    """Relative variance of days beyond Poisson's, drawn towards what is usual."""
    days = len(counts) // HOURS
    if not days:
        return USUAL_EXCESS
    came = counts[-days * HOURS :].reshape(days, HOURS).sum(axis=1)
    meant = expected[-days * HOURS :].reshape(days, HOURS).sum(axis=1)
    beyond = float(((came - meant) ** 2 - meant).sum())
    own = max(beyond, 0.0) / max(float((meant**2).sum()), 1e-9)
    return (days * own + WEIGHT * USUAL_EXCESS) / (days + WEIGHT)


def second_longest(counts: Floats, expected: Floats) -> float:
    """The second longest gap between messages, in the channel's own time; 0 when there are not two."""
    came = np.flatnonzero(counts)
    if len(came) < 3:  # noqa: PLR2004 - two gaps
        return 0.0
    own_time = np.concatenate([[0.0], np.cumsum(expected)])
    gaps = own_time[came[1:]] - own_time[came[:-1] + 1]
    return float(np.sort(gaps)[-2])


def steady(counts: Floats) -> bool:
    """Whether the flow is steady enough for its silence to tell anything; `counts` from the first message on."""
    days = len(counts) // HOURS
    if days < FEWEST_DAYS:
        return False
    some = (counts[-days * HOURS :].reshape(days, HOURS).sum(axis=1) > 0).mean()
    return bool(counts.sum() / days >= FEWEST and some >= STEADY)


def silence(
    counts: Sequence[float], start: datetime.datetime, now: datetime.datetime, zone: ZoneInfo, day_off: DayOff
) -> Silence | None:
    """What is to be said of a channel that brought `counts` messages in the hours from `start` on.

    The hour that runs is not among them. None while something came in the last hour, or the flow is not steady.
    """
    told = np.asarray(counts, dtype=np.float64)
    came = np.flatnonzero(told)
    if not len(came) or came[-1] == len(told) - 1:
        return None
    first, last = came[0], came[-1]
    before = told[first : last + 1]
    if not steady(before):
        return None
    cell = cells([start + HOUR * int(place) for place in range(first, len(told) + 1)], zone, day_off)
    past = cell[: len(before)]
    rates = profile(before, past)
    meant, running = rates[past], (now - start) / HOUR - len(told)
    quiet = float(rates[cell[len(before) : -1]].sum()) + min(max(running, 0.0), 1.0) * float(rates[cell[-1]])
    swing = excess(before, meant)
    chance = float((1 + swing * quiet) ** (-1 / swing))
    hours = len(told) - last - 1 + min(max(running, 0.0), 1.0)
    return Silence(float(hours), quiet, second_longest(before, meant), chance)
