"""What is learned from, as figures: rows of n-grams, the base's signals and answers, and what is true."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from huixiang.engine.language import language_of
from huixiang.engine.learning.adapter import TAUGHT, Floats, classes_of, folded, logits_of
from huixiang.engine.masking import mask
from huixiang.engine.normalising import normalise
from huixiang.engine.pipeline import Evidence, evidence
from huixiang.engine.refining import refined
from huixiang.engine.signals import caught

AT_ONCE = 512
UNKNOWN = ""

Answers = Mapping[str, str]  # question → answer
Look = Callable[[Sequence[str]], Evidence]


def looked_at(texts: Sequence[str]) -> Evidence:
    """Return what the base makes of cleaned texts: the models of this installation."""
    return evidence(texts, [caught(text) for text in texts])


def cleaned(text: str) -> str:
    """Return a text as it is read, "" for one the classifiers do not read (another language, no words)."""
    shown = mask(normalise(text).text).text
    return shown if language_of(shown) == "zh" else ""


@dataclass(frozen=True, slots=True)
class Material:
    """Texts as figures: (n, …) arrays, and for each question its classes, the base's logits and the true answers."""

    rows: csr_matrix  # (n, FOLDED)
    signals: Floats  # (n, signals), as the base has them
    classes: Mapping[str, tuple[str, ...]]
    logits: Mapping[str, Floats]
    truths: Mapping[str, NDArray[np.str_]]  # UNKNOWN where nobody said

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    def part(self, places: NDArray[np.bool_] | NDArray[np.int64]) -> "Material":
        """Return the texts at these places."""
        return Material(
            self.rows[places], self.signals[places], self.classes,
            {name: logits[places] for name, logits in self.logits.items()},
            {name: truths[places] for name, truths in self.truths.items()},
        )  # fmt: skip

    def known(self, question: str) -> NDArray[np.bool_]:
        """Return for which texts somebody said the answer."""
        return np.asarray(self.truths[question] != UNKNOWN)


def material(
    texts: Sequence[str], answers: Sequence[Answers], look: Look = looked_at, vectors: Floats | None = None
) -> Material:
    """Look at cleaned texts and put the true answers beside; what the base has no question for is left out.

    `vectors`: (n, 384) embeddings; the base's answers are then those of its second look, a row of zeros for none.
    """
    parts = []
    for at in range(0, len(texts), AT_ONCE):
        some = slice(at, at + AT_ONCE)
        parts.append(_some(texts[some], answers[some], look, None if vectors is None else vectors[some]))
    return joined(parts)


def _some(texts: Sequence[str], answers: Sequence[Answers], look: Look, vectors: Floats | None) -> Material:
    seen = look(texts)
    scores = seen.scores if vectors is None else refined(seen.scores, vectors)
    asked = [name for name in TAUGHT if name == "polarity" or name in scores.chances]
    return Material(
        folded(seen.rows), seen.signals,
        {name: classes_of(scores, name) for name in asked},
        {name: logits_of(scores, name) for name in asked},
        {name: np.array([one.get(name, UNKNOWN) for one in answers], dtype=np.str_) for name in asked},
    )  # fmt: skip


def joined(parts: Sequence[Material]) -> Material:
    """Return several as one; they come from the same base. Raises ValueError for none."""
    if not parts:
        raise ValueError("there is nothing to learn from")
    first = parts[0]
    matrices = [part.rows for part in parts]
    widths = np.concatenate([np.diff(one.indptr) for one in matrices])
    rows = csr_matrix(
        (
            np.concatenate([one.data for one in matrices]),
            np.concatenate([one.indices for one in matrices]),
            np.concatenate([[0], np.cumsum(widths)]),
        ),
        shape=(len(widths), first.rows.shape[1]),
    )
    return Material(
        rows, np.concatenate([part.signals for part in parts]), first.classes,
        {name: np.concatenate([part.logits[name] for part in parts]) for name in first.logits},
        {name: np.concatenate([part.truths[name] for part in parts]) for name in first.truths},
    )  # fmt: skip
