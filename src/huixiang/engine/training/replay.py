"""The replay file: a sample of what the base learned from, kept with the models so that a server can learn further.

Figures only: folded n-grams, the base's signals and answers, and the true labels; no words of any text.
"""

from pathlib import Path

import numpy as np

from huixiang.engine import models
from huixiang.engine.learning.material import Answers, Look, cleaned, looked_at, material
from huixiang.engine.learning.replayed import NAME, Replay, load, stored
from huixiang.engine.training.publishing import MODELS, Trained
from huixiang.engine.training.second_level import QUESTIONS
from huixiang.engine.training.sources import Labelled, Sample, thinned

REVIEWS = 1000  # texts that are labelled positive or negative, as many of each domain
LABELLED = 1200  # messages labelled by hand, at most
_LEARNED = tuple(name for name in QUESTIONS if name != "escalation")  # what people's corrections teach, too

__all__ = ["load", "publish", "rows_of", "save"]


def rows_of(samples: list[Sample], messages: list[Labelled], *, base: str, look: Look = looked_at) -> Replay:
    """Return the replay of these sources and labelled messages, as the base reads them."""
    given = [*_reviews(samples), *_messages(messages)]
    texts = [(cleaned(text), answers) for text, answers in given]
    kept = [(text, answers) for text, answers in texts if text]
    return Replay(base, material([text for text, _ in kept], [answers for _, answers in kept], look))


def _reviews(samples: list[Sample]) -> list[tuple[str, Answers]]:
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


def _messages(messages: list[Labelled]) -> list[tuple[str, Answers]]:
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
    save(rows_of(list(trained.ground.samples), list(trained.messages.rows), base=version), folder)
