"""What `huixiang triage` makes of a batch of texts: read lightly in several processes, or looked at a second time.

The light reading knows words alone and is quick; the second look embeds a text and is right more often.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from huixiang.engine.models import grams, judge
from huixiang.engine.pipeline import doubtful, gate_with_language, read

BATCH: Final = 512
DIMENSIONS: Final = 384
SECOND_LOOK_UP_TO: Final = 5000
"""Lines of a file up to which its doubtful rows are looked at again unasked: some ten seconds on two cores."""
_AHEAD: Final = 4  # batches in work for each process, so that a long file is not held whole

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Read:
    """A batch, read: lines to be printed, the texts as they may be shown, and their embeddings if they were made."""

    lines: list[str]
    shown: list[str]
    vectors: Vectors | None = None


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


def gated(texts: Sequence[str]) -> Read:
    """Say only whether each text is feedback."""
    found = gate_with_language(texts)
    told = ({"feedback": yes, "confidence": round(chance, 4), "language": name} for yes, chance, name in found)
    return Read([_line(one) for one in told], [])


def light(texts: Sequence[str]) -> Read:
    """Read each text by its words alone."""
    readings = read(texts, titled=False)
    return Read([_line(one.to_json()) for one in readings], [one.text for one in readings])


def second_look_at_doubtful(texts: Sequence[str]) -> Read:
    """Read each text by its words, and with their embeddings those of which that is not sure."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    places = [place for place, reading in enumerate(read(texts, titled=False)) if doubtful(reading)]
    if places:
        vectors[places] = _embedder().beginnings([texts[place] for place in places])
    readings = read(texts, vectors=vectors, titled=False)
    return Read([_line(one.to_json()) for one in readings], [one.text for one in readings])


def embedded(texts: Sequence[str]) -> Read:
    """Read each text with its embedding."""
    readings = read(texts, vectors=_embedder().beginnings(texts), titled=False)
    lines = [_line(one.to_json()) for one in readings]
    return Read(lines, [one.text for one in readings], _embedder().embed(texts))


def _embedder() -> Any:
    from huixiang.engine import embedder  # noqa: PLC0415 - the model is loaded only when needed

    return embedder


Way = Callable[[Sequence[str]], Read]


def in_processes(way: Way, texts: Iterator[str]) -> Iterator[Read]:
    """Read batches in as many processes as there are processors, in order; a file of one batch is read at once."""
    first, second = list(islice(texts, BATCH)), list(islice(texts, BATCH))
    if not second:
        yield from [way(first)] if first else []
        return
    grams(), judge()  # loaded once, shared by the processes
    with ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool:
        waiting = [pool.submit(way, first), pool.submit(way, second)]
        most = _AHEAD * (os.cpu_count() or 1)
        while waiting:
            while len(waiting) < most and (batch := list(islice(texts, BATCH))):
                waiting.append(pool.submit(way, batch))
            yield waiting.pop(0).result()


def one_by_one(way: Way, texts: Iterator[str]) -> Iterator[Read]:
    """Read batch after batch in this process; the embedder uses all processors by itself."""
    while batch := list(islice(texts, BATCH)):
        yield way(batch)
