"""Whether what was learned is better: answers right before and after, with 95 % intervals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.learning.adapter import Adapter, Floats
from huixiang.engine.learning.material import Answers, Material
from huixiang.engine.pipeline import read
from huixiang.engine.reading import Reading

ASKED: Final = ("gate", "kind", "severity", "sentiment")
_Z: Final = 1.959964  # of a 95 % interval

Bools = NDArray[np.bool_]


def share_between(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson's, which holds at few and at extreme shares)."""
    if not count:
        return 0.0, 1.0
    share, square = right / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def gain_between(fixed: int, broken: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of the gain on the same texts (Bonett and Price 2012: Wald's with one more of each)."""
    up, down, total = (fixed + 1) / (count + 2), (broken + 1) / (count + 2), count + 2
    half = _Z * math.sqrt(max(up + down - (up - down) ** 2, 0.0) / total)
    return max(-1.0, up - down - half), min(1.0, up - down + half)


@dataclass(frozen=True, slots=True)
class Figure:
    """One question on the same texts: answers right before and after, and which became right or wrong."""

    question: str
    count: int
    before: int
    after: int
    fixed: int
    broken: int

    @property
    def gain(self) -> float:
        """How many more of a hundred, as a share."""
        return (self.after - self.before) / self.count if self.count else 0.0

    @property
    def gain_interval(self) -> tuple[float, float]:
        """The 95 % interval of the gain."""
        return gain_between(self.fixed, self.broken, self.count)

    def to_json(self) -> dict[str, Any]:
        """As it is kept: counts, shares and intervals."""
        return asdict(self) | {
            "gain": self.gain, "gain_interval": list(self.gain_interval),
            "before_interval": list(share_between(self.before, self.count)),
            "after_interval": list(share_between(self.after, self.count)),
        }  # fmt: skip


def _figure(question: str, before: Bools, after: Bools) -> Figure:
    return Figure(
        question, len(before), int(before.sum()), int(after.sum()), int((after & ~before).sum()),
        int((before & ~after).sum()),
    )  # fmt: skip


def answer_of(reading: Reading, question: str) -> str:
    """Return what a reading says to a question."""
    said: Mapping[str, Any] = {
        "gate": int(reading.feedback), "kind": reading.kind, "severity": reading.severity,
        "sentiment": reading.sentiment,
    }  # fmt: skip
    return str(said[question])


def on_texts(
    texts: Sequence[str],
    truths: Sequence[Answers],
    *,
    present: Adapter | None,
    candidate: Adapter,
    vectors: Floats | None = None,
) -> list[Figure]:
    """Read texts, with their embeddings where there are, with both and count right answers: the product's decisions."""
    pairs = list(zip(read(texts, present, vectors), read(texts, candidate, vectors), truths, strict=True))
    found = []
    for question in ASKED:
        rows = [(old, new, truth[question]) for old, new, truth in pairs if question in truth]
        before = np.array([answer_of(old, question) == truth for old, _, truth in rows], dtype=bool)
        after = np.array([answer_of(new, question) == truth for _, new, truth in rows], dtype=bool)
        found += [_figure(question, before, after)] if rows else []
    return found


def likeliest(known: Material, question: str, adapter: Adapter | None) -> NDArray[np.str_]:
    """Return the likeliest answer to each text of a material, of which there are no words to be read."""
    logits = known.logits[question]
    if adapter and question in adapter.parts:
        logits = logits + adapter.parts[question].added(known.rows, adapter.standard(known.signals))
    return np.asarray(np.array(known.classes[question], dtype=np.str_)[logits.argmax(axis=1)])


def on_material(known: Material, *, present: Adapter | None, candidate: Adapter) -> list[Figure]:
    """Count right answers on the base's own sample, by the likeliest class; polarity is the two-class reader."""
    found = []
    for question in known.truths:
        some = known.part(known.known(question))
        if len(some):
            old, new = (likeliest(some, question, one) == some.truths[question] for one in (present, candidate))
            found.append(_figure(question, old, new))
    return found
