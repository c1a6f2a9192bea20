"""False alarms of the alerts' statistics in a simulated year of quiet, and how soon planted events are seen.

    .venv/bin/python benchmarks/alerts.py [--seeds 1 2 3] [--unseen 101 102 103] [--days 365]

**A community** has five channels and thirty themes. Messages of a channel come by a Poisson process with hours of the
day, weekends, Chinese holidays, a mood of each week (gamma) and talk that draws talk (each message brings others within
the hour with some chance). People speak of a theme by the same process; each is angry with the theme's own chance,
which swings from week to week. Nothing else happens: every alert is a false one.

**Then events are planted**, each in a community of its own after ten weeks of quiet: a channel falls silent for two
days; people of a theme become three, five or ten times as many; two, four or eight angry people a day come to a theme
on top of those it has; a release makes everybody talk three times as much with the share of anger unchanged (no
spreading anger, though a rise).

Looks are every hour (the product looks every five minutes, so its delays are at most as long). The bounds were chosen
on the seeds under --seeds; those under --unseen were not looked at before.
"""

import argparse
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

from huixiang.alerts import anger, silence
from huixiang.themes import growth

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime.datetime(2024, 9, 2, tzinfo=ZONE)  # a Monday; the year looked at has all its holidays announced
BEFORE, AFTER, SPOILED = 70, 14, 2  # days of past; days an event is followed; days a channel is silent
CHANNELS = (4.0, 12.0, 40.0, 150.0, 600.0)  # messages a day
THEMES = tuple(np.geomspace(0.05, 12, 30))  # people a day
HOURS = np.array([
    .3, .15, .1, .08, .08, .15, .4, .8, 1.2, 1.5, 1.5, 1.4, 1.5, 1.4, 1.3, 1.3, 1.3, 1.4, 1.6, 1.9, 2.1, 2.0, 1.4, .8,
])  # fmt: skip
DAY_OFF, MOOD, DRAWS, ANGRY = 0.6, 10.0, 0.3, 0.15
Counts = NDArray[np.int64]


def _off(day: datetime.date) -> bool:
    return bool(chinese_calendar.is_holiday(day))


def rates(rng: np.random.Generator, a_day: float, days: int) -> NDArray[np.float64]:
    """Expected arrivals of each hour."""
    off = np.array([_off((START + datetime.timedelta(days=day)).date()) for day in range(days)])
    moods = np.repeat(rng.gamma(MOOD, 1 / MOOD, days // 7 + 1), 7)[:days]
    level = a_day * moods * np.where(off, DAY_OFF, 1 + (1 - DAY_OFF) * 2 / 5)
    return np.asarray(np.repeat(level, 24) * np.tile(HOURS / HOURS.sum(), days), dtype=np.float64)


def messages(rng: np.random.Generator, a_day: float, days: int) -> Counts:
    """Messages of each hour: talk draws talk, within the hour and the next."""
    came = rng.poisson(rates(rng, a_day * (1 - DRAWS), days))
    drawn = rng.negative_binomial(np.maximum(came, 1e-9), 1 - DRAWS) * (came > 0)
    later = rng.binomial(drawn, 0.3)
    return np.asarray(came + drawn - later + np.concatenate([[0], later[:-1]]), dtype=np.int64)


@dataclass(slots=True)
class Theme:
    """People of each hour, and the angry among them."""

    people: Counts
    angry: Counts


def theme(rng: np.random.Generator, a_day: float, days: int) -> Theme:
    """A quiet theme."""
    people = rng.poisson(rates(rng, a_day, days))
    share = np.repeat(rng.beta(20 * ANGRY, 20 * (1 - ANGRY), days // 7 + 1), 7)[:days].repeat(24)
    return Theme(people, rng.binomial(people, share))


def silent_alarms(counts: Counts, start: int, bound: float) -> Iterator[int]:
    """Hours at which an alert is raised; one that stands ends with the next message."""
    last = np.maximum.accumulate(np.where(counts > 0, np.arange(len(counts)), -1))
    told = -1
    for hour in range(start * 24, len(counts)):
        if hour - last[hour - 1] - 1 < silence.FEWEST_HOURS or told == last[hour - 1]:
            continue
        first = max(0, hour - silence.PAST * 24)
        begin = START + datetime.timedelta(hours=first)
        seen = silence.silence(counts[first:hour].tolist(), begin, START + datetime.timedelta(hours=hour), ZONE, _off)
        if seen and seen.stands_out(bound):
            told = last[hour - 1]
            yield hour


def _daily(counts: Counts, hour: int, days: int) -> Counts:
    """Counts of the days before an hour, the latest first."""
    first = hour - 24 * days
    told = counts[max(0, first) : hour]
    told = np.concatenate([np.zeros(max(0, -first), dtype=np.int64), told])
    return np.asarray(told.reshape(days, 24).sum(axis=1)[::-1])


def angry_alarms(one: Theme, start: int, bound: float) -> Iterator[int]:
    """The same for spreading anger; after one has settled the theme rests."""
    days, until, standing = anger.PAST + anger.WINDOWS[-1], 0, False
    sums = np.concatenate([[0], np.cumsum(one.angry)])
    for hour in range(start * 24, len(one.people)):
        recent = sums[hour] - sums[hour - 24 * anger.WINDOWS[-1]]
        if not standing and (recent < anger.FEWEST or hour < until or one.angry[hour - 1] == 0):
            continue
        people, angry = _daily(one.people, hour, days), _daily(one.angry, hour, days)
        within = [(int(people[:window].sum()), int(angry[:window].sum())) for window in anger.WINDOWS]
        seen = anger.spread(within, list(zip(people.tolist(), angry.tolist(), strict=True)), hour // 24)
        if seen and not standing and seen.spreads(bound):
            standing = True
            yield hour
        elif standing and (seen is None or seen.settled):
            standing, until = False, hour + 24 * anger.REST


def rising_alarms(people: Counts, start: int, sure: float) -> Iterator[int]:
    """The same for the early warnings of themes (themes.growth)."""
    days, until, standing = growth.PAST + growth.WINDOWS[-1], 0, False
    sums = np.concatenate([[0], np.cumsum(people)])
    for hour in range(start * 24, len(people)):
        recent = sums[hour] - sums[hour - 24 * growth.WINDOWS[-1]]
        if not standing and (recent < growth.FEWEST or hour < until or people[hour - 1] == 0):
            continue
        past = _daily(people, hour, days)
        found = growth.rise([int(past[:window].sum()) for window in growth.WINDOWS], past.tolist(), hour // 24)
        if found and not standing and found.chance < sure and found.warns:
            standing = True
            yield hour
        elif standing and (found is None or found.chance > growth.SETTLED):
            standing, until = False, hour + 24 * 7


@dataclass(slots=True)
class Tally:
    """What became of the planted events of one kind."""

    planted: int = 0
    delays: list[float] = field(default_factory=list)

    def add(self, raised: Iterator[int]) -> None:
        """Count one, with the hours until it was seen, if it was."""
        self.planted += 1
        first = next(iter(raised), None)
        if first is not None:
            self.delays.append(first - BEFORE * 24)

    def __str__(self) -> str:
        if not self.delays:
            return f"{0:5.0%}      –      –"
        return (
            f"{len(self.delays) / self.planted:5.0%} {np.median(self.delays):6.0f} {np.quantile(self.delays, 0.9):6.0f}"
        )


def quiet(seed: int, days: int) -> tuple[int, int, int]:
    """False alarms of a community: anger, silence, rise."""
    rng = np.random.default_rng(seed)
    themes = [theme(rng, a_day, BEFORE + days) for a_day in THEMES]
    flows = [messages(rng, a_day, BEFORE + days) for a_day in CHANNELS]
    return (
        sum(len(list(angry_alarms(one, BEFORE, anger.BOUNDS["normal"]))) for one in themes),
        sum(len(list(silent_alarms(one, BEFORE, silence.BOUNDS["normal"]))) for one in flows),
        sum(len(list(rising_alarms(one.people, BEFORE, growth.SURE))) for one in themes),
    )


def plant(seed: int, found: dict[str, Tally]) -> None:
    """One of each event at an hour of the day by chance, in channels and themes of every size."""
    rng, days = np.random.default_rng(seed), BEFORE + AFTER
    angry_bound, silent_bound = anger.BOUNDS["normal"], silence.BOUNDS["normal"]
    at = BEFORE * 24
    for a_day in CHANNELS:
        flow = messages(rng, a_day, days)
        flow[at : at + SPOILED * 24] = 0
        found.setdefault(f"silence, {a_day:.0f} a day", Tally()).add(
            hour for hour in silent_alarms(flow[: at + SPOILED * 24], BEFORE, silent_bound)
        )
    for a_day in THEMES[6::4]:
        for times in (3, 5, 10):
            made = theme(rng, a_day, days)
            made.people[at:] += rng.poisson(rates(rng, a_day * (times - 1), days))[at:]
            found.setdefault(f"rise ×{times}", Tally()).add(rising_alarms(made.people, BEFORE, growth.SURE))
        for angry in (2, 4, 8):
            made = theme(rng, a_day, days)
            more = rng.poisson(rates(rng, angry, days))[at:]
            made.people[at:] += more
            made.angry[at:] += more
            found.setdefault(f"{angry} angry people more a day", Tally()).add(angry_alarms(made, BEFORE, angry_bound))
        made = theme(rng, a_day, days)
        more = rng.poisson(rates(rng, a_day * 2, days))[at:]
        made.people[at:] += more
        made.angry[at:] += rng.binomial(more, ANGRY)
        found.setdefault("everybody ×3: no anger", Tally()).add(angry_alarms(made, BEFORE, angry_bound))


def told(name: str, seeds: Sequence[int], days: int) -> None:
    """Print the table of these seeds."""
    print(f"{name}: seeds {' '.join(map(str, seeds))}, {len(seeds)} communities, {days} days each")
    if days:
        alarms = np.array([quiet(seed, days) for seed in seeds]).sum(axis=0) / len(seeds) / days * 30
        print("false alarms a month of a community   " + "   ".join(
            f"{rule} {number:.2f}" for rule, number in zip(("anger", "silence", "rise"), alarms, strict=True)),
            flush=True)  # fmt: skip
    found: dict[str, Tally] = {}
    for seed in seeds:
        for again in range(4):
            plant(seed * 1000 + again, found)
    print(f"{'planted':34}  found  hours to the alert: median, nine in ten")
    for kind, tally in found.items():
        print(f"{kind:34}  {tally}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--unseen", type=int, nargs="*", default=[101, 102, 103])
    parser.add_argument("--days", type=int, default=365, help="of quiet; 0: only the planted events")
    options = parser.parse_args()
    if options.seeds:
        told("chosen on", options.seeds, options.days)
    if options.unseen:
        told("unseen", options.unseen, options.days)


if __name__ == "__main__":
    main()
