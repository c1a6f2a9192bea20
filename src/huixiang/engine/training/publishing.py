"""From sources to model files: fit both levels, choose the thresholds, write the figures."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.features import counts, weighted
from huixiang.engine.models import Grams
from huixiang.engine.signals import caught, signals
from huixiang.engine.tokens import tokens
from huixiang.engine.training import direct, first_level, second_level, second_look, thresholds, vectors
from huixiang.engine.training.sources import Labelled, Sample, labelled, marked, own_examples, samples

VERSION = "2026.11-4"
WORD_BUCKETS = 1 << 16
MODELS = Path(__file__).resolve().parent.parent / "models"

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Trained:
    """Everything a training run knows: the sources, the first level, the labelled messages and their signals."""

    ground: first_level.Ground
    grams: Grams
    weights: Floats  # (readers, BUCKETS), as fitted
    messages: second_level.Messages
    scores: Floats  # (messages, readers): first-level scores, of the direct readers by folds


def train(data: Path, without: str = "") -> Trained:
    """Fit the first level on all sources and work out the signals of the labelled messages.

    Reviews of the category `without` are neither learned from nor known as unlabelled text.
    """
    gold = labelled(data)
    ground = first_level.prepare(samples(data, without), gold)
    rows = [*gold, *_far(ground), *own_examples()]
    texts = [row.text for row in rows]
    matrix = weighted(counts(texts), ground.rarity)
    names, weights, bias = first_level.fit(ground)
    says, says_bias = direct.fit(matrix, rows)
    weights, bias = np.concatenate([weights, says]), np.concatenate([bias, says_bias])
    small, scale = first_level.quantised(weights)
    grams = Grams((*names, *direct.NAMES), ground.rarity, np.ascontiguousarray((small * scale[:, None]).T), bias)
    scores = np.hstack([grams.scores(matrix)[:, : len(names)], direct.held_out(matrix, rows)])
    found = signals(texts, [caught(text) for text in texts], scores)
    return Trained(ground, grams, weights, second_level.Messages(rows, found), scores)


def _far(ground: first_level.Ground) -> list[Labelled]:
    """The labelled source rows that are no near copy of a message of triage_gold.csv, whose figures stay clean."""
    return marked(sample for sample, usable in zip(ground.samples, ground.usable, strict=True) if usable)


def word_rarity(texts: Sequence[Sample]) -> NDArray[np.uint8]:
    """Return (WORD_BUCKETS,) uint8: sixteen times the inverse document frequency by the hash of a word."""
    frequency = np.zeros(WORD_BUCKETS, dtype=np.int64)
    for sample in texts:
        for word in set(tokens(sample.text)):
            frequency[zlib.crc32(word.encode("utf-8", "replace")) % WORD_BUCKETS] += 1
    rarity = np.log((1 + len(texts)) / (1 + frequency)) + 1
    return np.asarray(np.clip(np.rint(rarity * 16), 0, 255), dtype=np.uint8)


def _about(trained: Trained) -> dict[str, Any]:
    scores, truth = first_level.held_out(trained.ground, "polarity", "positive")
    return {
        "version": VERSION,
        "polarity_slope": first_level.slope(scores, truth),
        "thresholds": {**thresholds.of_messages(trained.messages), **thresholds.of_sources(trained.ground)},
    }


def _refiner(trained: Trained, middle: Floats, about: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    seen = second_look.looked(trained.messages, middle)
    questions = second_look.fit_questions(seen, np.arange(len(seen.rows))).parts
    tasks = second_look.fit_tasks(trained.ground, middle, about["thresholds"])
    return second_look.arrays({**questions, **tasks})


def publish(trained: Trained, folder: Path = MODELS) -> None:
    """Write grams.npz, judge.npz, words.npz, centre.npz, about.json and refiner.npz; embedding.npz is made apart."""
    small, scale = first_level.quantised(trained.weights)
    np.savez_compressed(
        folder / "grams.npz",
        names=np.array(trained.grams.names),
        rarity=trained.grams.rarity.astype(np.float16),
        weights=small,
        scale=scale,
        bias=trained.grams.bias,
    )
    everyone = np.arange(len(trained.messages.rows))
    judge = second_level.arrays(second_level.fit(trained.messages, everyone))
    np.savez_compressed(folder / "judge.npz", allow_pickle=False, **judge)
    np.savez_compressed(folder / "words.npz", rarity=word_rarity(trained.ground.samples))
    spread = vectors.spread(trained.ground.samples)
    middle = spread.mean(axis=0)
    np.savez_compressed(folder / "centre.npz", centre=middle, quiet=vectors.quiet(spread).astype(np.float16))
    about = _about(trained)
    np.savez_compressed(folder / "refiner.npz", allow_pickle=False, **_refiner(trained, middle, about))
    text = json.dumps(about, ensure_ascii=False, indent=2)
    (folder / "about.json").write_text(f"{text}\n", encoding="utf-8")
