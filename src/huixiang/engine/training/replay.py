"""The replay file: a sample of what the base learned from, kept with the models so that a server can learn further.

Figures only: folded n-grams, the base's signals and answers, and the true labels; no words of any text.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from huixiang.engine import models
from huixiang.engine.learning.material import Answers, Look, cleaned, looked_at, material
from huixiang.engine.learning.replayed import NAME, Replay, load, stored
from huixiang.engine.training.second_level import QUESTIONS, Messages
from huixiang.engine.training.sources import Labelled, Sample, thinned

MODELS: Final = Path(models.__file__).parent
REVIEWS = 700  # texts that are labelled positive or negative, as many of each domain
LABELLED = 1000  # messages labelled by hand, at most
_LEARNED = tuple(name for name in QUESTIONS if name != "escalation")  # what people's corrections teach, too

__all__ = ["load", "publish", "rows_of", "save"]


class Ground(Protocol):
    """The sources a training run learned from."""

    samples: list[Sample]


class Trained(Protocol):
    """What of a training run the replay needs."""

    @property
    def ground(self) -> Ground:
        """The sources."""

    @property
    def messages(self) -> Messages:
        """The messages labelled by hand."""


def rows_of(samples: Sequence[Sample], messages: Sequence[Labelled], *, base: str, look: Look = looked_at) -> Replay:
    """Return the replay of these sources and labelled messages, as the base reads them."""
    given = [*_reviews(samples), *_messages(messages)]
    texts = [(cleaned(text), answers) for text, answers in given]
    kept = [(text, answers) for text, answers in texts if text]
    return Replay(base, material([text for text, _ in kept], [answers for _, answers in kept], look))


def _reviews(samples: Sequence[Sample]) -> list[tuple[str, Answers]]:
    by_domain: dict[str, list[Sample]] = {}
    for sample in samples:
        if "polarity" in sample.labels:
            by_domain.setdefault(min(sample.labels["domain"]), []).append(sample)
    most = REVIEWS // max(len(by_domain), 1)
    chosen = [rows[at] for _name, rows in sorted(by_domain.items()) for at in thinned(len(rows), most)]
    return [(sample.text, _sides(sample)) for sample in chosen]


def _sides(sample: Sample) -> Answers:
    positive = "positive" in sample.labels["polarity"]
    return {"polarity": str(int(positive)), "sentiment": "1" if positive else "-1"}


def _messages(messages: Sequence[Labelled]) -> list[tuple[str, Answers]]:
    chosen = [messages[at] for at in thinned(len(messages), LABELLED)]
    return [(row.text, _answers(row)) for row in chosen]


def _answers(row: Labelled) -> Answers:
    said = {name: str(getattr(row, QUESTIONS[name])) for name in _LEARNED}
    return {name: answer for name, answer in said.items() if answer}


def save(replay: Replay, folder: Path) -> Path:
    """Write the file and return its path."""
    np.savez_compressed(folder / NAME, allow_pickle=False, **stored(replay))
    return folder / NAME


def publish(trained: Trained, folder: Path = MODELS) -> None:
    """Write the replay beside the models just published, which it asks what they make of each text.

    Call it after every other file is written to this installation's own folder.
    """
    for kept in (models.about, models.grams, models.judge):
        kept.cache_clear()
    version = str(models.about()["version"])
    save(rows_of(trained.ground.samples, trained.messages.rows, base=version), folder)
