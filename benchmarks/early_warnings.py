"""False alarms of the early warnings in a year of simulated quiet, and how soon a real rise is seen.

    .venv/bin/python benchmarks/early_warnings.py [--themes 40] [--sure 1e-4]

A theme's people come by a Poisson process whose rate has a weekly rhythm (weekends at 60 %), hours of the day, and a
mood of its own: each week's rate is drawn from a gamma distribution, which makes the days over-dispersed. Rates go from
one person in two months to six a day. Every arrival is a look, as in the product, and midnight is one. A warning that
stands holds back others until the rise has settled. Then rises: the rate is multiplied by 3, 5 or 10 from a day on.
"""

import argparse
from collections import defaultdict

import numpy as np

from huixiang.themes import growth

RATES = (1 / 60, 1 / 30, 1 / 14, 1 / 7, 0.3, 0.6, 1.5, 3.0, 6.0)  # people a day
YEAR, BEFORE = 365, 70  # days looked at, days of past before them
WEEKEND, MOOD = 0.6, 8.0  # rate at weekends; shape of the gamma of a week's rate: it swings by 35 %
AFTER = 21  # days a rise is followed


def arrivals(rng: np.random.Generator, rate: float, days: int, factor: float = 1.0, start: int = 0) -> np.ndarray:
    """Moments, in days, at which people speak; from `start` on `factor` times as many."""
    moods = np.repeat(rng.gamma(MOOD, 1 / MOOD, days // 7 + 1), 7)[:days]
    rhythm = np.where(np.arange(days) % 7 >= 5, WEEKEND, 1.0) * 7 / (5 + 2 * WEEKEND)
    rates = rate * moods * rhythm
    if factor != 1:
        rates[start:] *= factor
    counts = rng.poisson(rates)
    hours = rng.beta(2.5, 2, counts.sum())  # few at night, most in the afternoon and evening
    return np.sort(np.repeat(np.arange(days), counts) + hours)


def look(moments: np.ndarray, now: float, age: int) -> growth.Rise | None:
    """What the product sees at this moment."""
    seen = moments[moments <= now]
    people = [int((seen > now - days).sum()) for days in growth.WINDOWS]
    ago = np.floor(now - seen[seen > now - growth.PAST - 8]).astype(int)
    past = np.bincount(ago, minlength=growth.PAST + 8).tolist()
    return growth.rise(people, past, age)


def alarms(moments: np.ndarray, start: int, days: int) -> list[float]:
    """When warnings are raised from `start` on; one that stands holds back others."""
    looks = np.unique(np.concatenate([moments[moments > start], np.arange(start + 1, days + 1)]))
    raised: list[float] = []
    standing = False
    for now in looks:
        found = look(moments, now, int(now))
        if found is None:
            continue
        if not standing and found.warns and now in moments:
            raised.append(float(now))
            standing = True
        elif standing and now == int(now) and found.chance > growth.SETTLED:
            standing = False
    return raised


def main() -> None:
    """Print false alarms a theme and year, and how rises are seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--themes", type=int, default=40, help="themes of each rate")
    parser.add_argument("--sure", type=float, default=growth.SURE)
    options = parser.parse_args()
    growth.SURE = options.sure
    rng = np.random.default_rng(5)
    false: dict[float, int] = defaultdict(int)
    for rate in RATES:
        for _theme in range(options.themes):
            false[rate] += len(alarms(arrivals(rng, rate, BEFORE + YEAR), BEFORE, BEFORE + YEAR))
    years = options.themes
    print("people a day   " + "  ".join(f"{rate:6.3f}" for rate in RATES) + "     all")
    print("false a year   " + "  ".join(f"{false[rate] / years:6.3f}" for rate in RATES)
          + f"  {sum(false.values()) / years / len(RATES):6.3f}")  # fmt: skip
    for factor in (3, 5, 10):
        seen, delays = [], []
        for rate in RATES:
            times = [alarms(arrivals(rng, rate, BEFORE + AFTER, factor, BEFORE), BEFORE, BEFORE + AFTER)
                     for _theme in range(options.themes)]  # fmt: skip
            first = [one[0] - BEFORE for one in times if one]
            seen.append(len(first) / options.themes)
            delays.append(float(np.median(first)) if first else float("nan"))
        print(f"×{factor:<3} seen        " + "  ".join(f"{one:6.2f}" for one in seen))
        print("    after days  " + "  ".join(f"{one:6.1f}" for one in delays))


if __name__ == "__main__":
    main()
