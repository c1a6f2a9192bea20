"""The axes along which matters differ (`matters.npz`), learned from defect codes and feature tags.

A ridge regression reads the codes of a text from its grams; what is kept are the directions in which its answers differ
most. Run it with `python -m huixiang.engine.training.matters DATA`; it takes some ten seconds.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.matters import Axes, grams, plain, rarity_of, weighted

SOURCES: Final = (("car_complaints", "problem"), ("phone_forum_defects", "tags"))
DEVICES: Final = ("小米", "MIUI", "红米", "Redmi", "Xiaomi", "K30", "开发版", "稳定版", "公测版")  # whose, not what
AXES: Final = 64
RIDGE: Final = 1.0  # beside rows of length 1
FEWEST: Final = 2  # texts with a code for it to be learned
TARGET: Final = Path(__file__).parents[1] / "models" / "matters.npz"

Codes = frozenset[str]
Matrix = NDArray[np.float64]


def codes(value: str) -> Codes:
    """The defect codes or feature tags of a row, without those that name a device or a version."""
    return frozenset(name for part in value.split(",") if (name := part.strip()) and not name.startswith(DEVICES))


def rows(data: Path, name: str, column: str) -> list[tuple[str, Codes]]:
    """Text and codes of each row of a source."""
    with (data / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["text"], codes(row[column])) for row in csv.DictReader(file)]


def _answers(told: Sequence[Codes], names: Sequence[str]) -> Matrix:
    """1 where a text has a code, 0 where not, less the share of texts that have it."""
    places = {code: place for place, code in enumerate(names)}
    answers = np.zeros((len(told), len(names)))
    for place, one in enumerate(told):
        answers[place, [places[code] for code in one if code in places]] = 1
    return np.asarray(answers - answers.mean(axis=0))


def _common(told: Sequence[Codes]) -> list[str]:
    times = Counter(code for one in told for code in one)
    return sorted(code for code, number in times.items() if number >= FEWEST)


def learned(labelled: Sequence[tuple[str, Codes]], names: Sequence[str] | None = None) -> Axes:
    """Learn the axes from texts with their codes: ridge regression in its dual form, then the largest directions.

    With `names` the codes themselves are the directions: what was learned from different texts can be compared then.
    """
    counted = grams([plain(text) for text, _codes in labelled])
    rarity = rarity_of(counted)
    seen = weighted(counted, rarity)
    told = [codes_of for _text, codes_of in labelled]
    answers = _answers(told, _common(told) if names is None else names)
    likeness = np.asarray((seen @ seen.T).todense(), dtype=np.float64) + 1  # the 1 is the constant term
    duals = np.linalg.solve(likeness + RIDGE * np.eye(len(labelled)), answers)
    answered = likeness @ duals
    if names is None:
        duals = duals @ np.linalg.svd(answered, full_matrices=False)[2][:AXES].T
    half = float(np.median(np.linalg.norm(answered, axis=1))) / 2
    weights = np.asarray(seen.T @ duals, dtype=np.float32)
    return Axes(rarity, weights, duals.sum(axis=0).astype(np.float32), half)


def publish(found: Axes, target: Path = TARGET) -> None:
    """Write the axes, a byte a weight; texts cannot be read out of them."""
    known = np.flatnonzero(found.rarity)
    weights = found.weights[known]
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    np.savez_compressed(
        target, buckets=known.astype(np.uint16), weights=np.round(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32), rarity=found.rarity[known].astype(np.float16),
        middle=found.middle, half=np.float32(found.half),
    )  # fmt: skip


def main() -> None:
    """Learn from all sources and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with car_complaints.csv and phone_forum_defects.csv")
    data = parser.parse_args().data
    publish(learned([row for name, column in SOURCES for row in rows(data, name, column)]))


if __name__ == "__main__":
    main()
