"""The middle of the embeddings, and how well the embeddings tell one matter from another."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from huixiang.engine.embedder import embed, raw_vectors, subject_of
from huixiang.engine.similarity import SAME_THEME
from huixiang.engine.training import matters
from huixiang.engine.training.matters import AXES
from huixiang.engine.training.sources import DOMAINS, Sample, pairs, thinned

TEXTS_FOR_CENTRE = 60  # of each domain
PAIRS = 300  # of each file: the standard error of an AUC is then about 0.02
NEIGHBOURS = 5

Floats = NDArray[np.float32]


def spread(samples: Sequence[Sample]) -> Floats:
    """Return (n, 384): raw vectors of the same number of texts of each domain."""
    chosen: list[str] = []
    for domain in DOMAINS:
        texts = [sample.text for sample in samples if sample.labels.get("domain") == frozenset({domain})]
        chosen += [texts[place] for place in thinned(len(texts), TEXTS_FOR_CENTRE)]
    return np.asarray(raw_vectors([subject_of(text) for text in chosen]), dtype=np.float32)


def quiet(vectors: Floats) -> Floats:
    """Return (AXES, 384): the directions in which these vectors differ least, of length 1, at right angles."""
    directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2]
    return np.asarray(directions[-AXES:], dtype=np.float32)


def _pair_figures(data: Path) -> Iterator[str]:
    for name, rows in pairs(data):
        drawn = [rows[place] for place in thinned(len(rows), PAIRS)]
        cosines = (embed([row[0] for row in drawn]) * embed([row[1] for row in drawn])).sum(axis=1)
        yield f"pairs {name:<7} AUC {roc_auc_score([row[2] for row in drawn], cosines):.3f}  n={len(drawn)}"


def _theme_figures(data: Path, name: str, column: str) -> Iterator[str]:
    rows = matters.rows(data, name, column)
    vectors, codes = embed([text for text, _codes in rows]), [codes for _text, codes in rows]
    cosines = vectors @ vectors.T
    shared = np.array([[bool(one & other) for other in codes] for one in codes])
    np.fill_diagonal(cosines, -1.0)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
    share = np.take_along_axis(shared, nearest, axis=1).mean()
    close = np.triu(cosines >= SAME_THEME, 1)
    yield f"{name}: {share:.3f} of the {NEIGHBOURS} nearest share a code"
    yield f"{name}: {shared[close].mean():.3f} of the {close.sum()} pairs above {SAME_THEME} share a code"


def figures(data: Path) -> Iterator[str]:
    """Yield the figures of the embeddings, one line each; embeds some 4,000 texts."""
    yield from _pair_figures(data)
    for name, column in matters.SOURCES:
        yield from _theme_figures(data, name, column)
