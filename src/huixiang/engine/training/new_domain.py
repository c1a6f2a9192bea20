"""How far corrections carry: a base that never saw cosmetics, a few hundred corrections of them, and what it costs.

The base is the product's own reader of polarity, learned from reviews of everything else; corrected texts are drawn
from cosmetics_aspects.csv (texts of one polarity), and the rest of them is what is measured on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.features import counts, weighted
from huixiang.engine.learning.adapter import POLARITY, Adapter
from huixiang.engine.learning.fitting import fit
from huixiang.engine.learning.material import Answers, Material, cleaned, material
from huixiang.engine.learning.measuring import likeliest
from huixiang.engine.learning.replayed import Replay
from huixiang.engine.models import Grams
from huixiang.engine.pipeline import Evidence
from huixiang.engine.training import first_level
from huixiang.engine.training.sources import Sample, own_examples, rows_of, samples, thinned
from huixiang.engine.verdict import Scores

SIDES = {"正面": "1", "负面": "0"}
REPLAYED = 900
_READER = "polarity:positive"

Row = tuple[str, Answers]


@dataclass(frozen=True, slots=True)
class Ground:
    """The base without cosmetics, a replay of it, unseen rows of it, and the cosmetics."""

    grams: Grams
    replay: Replay
    unseen: Material
    cosmetics: list[Row]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares right before and after, on cosmetics nobody corrected and on unseen rows of the base."""

    corrections: int
    before: float
    after: float
    base_before: float
    base_after: float
    counted: int
    base_counted: int


def prepared(data: Path, *, learned: int, tested: int) -> Ground:
    """Learn the base from `learned` reviews and keep `tested` others; drawn once and for all."""
    found = [one for one in samples(data) if POLARITY in one.labels and one.labels["domain"] != {"cosmetics"}]
    order = np.random.default_rng(11).permutation(len(found))
    drawn = [found[at] for at in order[: learned + tested] if cleaned(found[at].text)]
    known, unseen = drawn[:learned], drawn[learned:]
    grams = _base(known)
    replayed = [_row(known[at]) for at in thinned(len(known), REPLAYED)]
    kept = Replay("base", _seen(grams, replayed))
    return Ground(grams, kept, _seen(grams, [_row(one) for one in unseen]), list(cosmetics(data)))


def _row(sample: Sample) -> Row:
    return cleaned(sample.text), {POLARITY: str(int("positive" in sample.labels[POLARITY]))}


def cosmetics(data: Path) -> Iterator[Row]:
    """Texts of one polarity, each once."""
    said: dict[str, set[str]] = {}
    for row in rows_of(data / "cosmetics_aspects.csv"):
        said.setdefault(cleaned(row["text"]), set()).add(row["Polarities"])
    for text, sides in said.items():
        if text and len(sides) == 1 and sides <= set(SIDES):
            yield text, {POLARITY: SIDES[min(sides)]}


def _base(known: list[Sample]) -> Grams:
    ground = first_level.prepare(known, own_examples()[:1])
    places = ground.with_task(POLARITY)
    reader = first_level.reader(POLARITY).fit(ground.rows[places], ground.targets(POLARITY, "positive", places))
    small, scale = first_level.quantised(reader.coef_.astype(np.float32))
    weights = np.ascontiguousarray((small * scale[:, None]).T)
    return Grams((_READER,), ground.rarity, weights, reader.intercept_.astype(np.float32))


def _seen(grams: Grams, rows: Sequence[Row]) -> Material:
    return material([text for text, _ in rows], [answers for _, answers in rows], lambda texts: _look(grams, texts))


def _look(grams: Grams, texts: Sequence[str]) -> Evidence:
    rows = weighted(counts(texts), grams.rarity)
    first = grams.scores(rows)
    readers = MappingProxyType({_READER: first[:, 0]})
    return Evidence(rows, np.tanh(first), Scores(readers, {}, {}, [], np.zeros(len(texts), dtype=bool)))


def tried(ground: Ground, *, corrections: int, draw: int) -> Outcome:
    """Correct so many of the cosmetics, learn, and measure on the others; each draw corrects other texts."""
    order = np.random.default_rng(draw).permutation(len(ground.cosmetics))
    chosen, rest = order[:corrections], order[corrections:]
    taught, unseen = (_seen(ground.grams, [ground.cosmetics[at] for at in part]) for part in (chosen, rest))
    adapter = fit(taught, ground.replay.learned_from(), version="new", base="base")
    shares = [_right(known, one) for known in (unseen, ground.unseen) for one in (None, adapter)]
    before, after, base_before, base_after = (float(share.mean()) for share in shares)
    return Outcome(corrections, before, after, base_before, base_after, len(unseen), len(ground.unseen))


def _right(known: Material, adapter: Adapter | None) -> NDArray[np.bool_]:
    return np.asarray(likeliest(known, POLARITY, adapter) == known.truths[POLARITY])
