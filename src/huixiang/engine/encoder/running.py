"""Texts in, vectors out: cut into pieces, sorted by length, run in batches of about the same number of pieces."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer, models

from huixiang.engine.encoder.graph import model_of
from huixiang.engine.encoder.weights import Weights, Words, weights
from huixiang.engine.models import learned_embedding

Floats = NDArray[np.float32]
ROLE: Final = "query: "  # the model knows two roles; both sides of a comparison are given as queries
MOST_PIECES: Final = 256  # of a text; the model knows 512, and time grows faster than length
_BATCH: Final = 2048  # pieces of a batch, with its padding
_BLANKS: Final = re.compile("  +")
_MARK: Final = "▁"  # stands for a blank in front of a piece


# Chinese, kana, plain Latin, marks, signs and emoji: two thirds of the pieces are of scripts the engine does not read,
# and left out they save 150 MB. A text of known characters is cut as before; others count as one unknown piece.
_KNOWN: Final = re.compile(
    r"[\u2581\x20-\x7e\u00a0-\u00bf\u2000-\u2bff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U0001f000-\U0001faff]+"
)


def _kept(words: Words) -> list[int]:
    """The places of the pieces that are known, the marks among them."""
    marks = {words.begin, words.end, words.padding, words.unknown}
    return [at for at, piece in enumerate(words.pieces) if at in marks or _KNOWN.fullmatch(piece)]


def _tokenizer(words: Words, kept: Sequence[int]) -> Tokenizer:
    pairs = [(words.pieces[at], words.scores[at]) for at in kept]
    return Tokenizer(models.Unigram(pairs, unk_id=kept.index(words.unknown), byte_fallback=False))


def _session(known: Weights) -> Any:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # what a long batch needed would be kept for good
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others need the processors, too
    model = model_of(known, learned_embedding())
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Encoder:
    """The model, ready to run."""

    def __init__(self, known: Weights) -> None:
        kept = _kept(known.words)
        self._weights, self._tokenizer, self._session = known, _tokenizer(known.words, kept), _session(known)
        self._numbers = np.array(kept, dtype=np.int64)  # of the pieces, by their place among those kept
        kinds = known.vector("emb.type")[: known.sizes.width]
        self._places = known.vector("emb.pos").reshape(-1, known.sizes.width)[: MOST_PIECES + 2] + kinds

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the numbers of each text's pieces, with the marks of beginning and end."""
        words = self._weights.words
        plain = [_BLANKS.sub(" ", f"{ROLE}{text}".translate(words.replaced)) for text in texts]
        marked = [("" if text.startswith(" ") else _MARK) + text.replace(" ", _MARK) for text in plain]
        found = self._tokenizer.encode_batch(marked, add_special_tokens=False)
        numbers = (self._numbers[one.ids[:MOST_PIECES]].tolist() for one in found)
        return [[words.begin, *one, words.end] for one in numbers]

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return (n, width) float32: the mean of each text's pieces, brought to length 1."""
        numbers = self.pieces(texts)
        found = np.zeros((len(texts), self._weights.sizes.width), dtype=np.float32)
        for places in _batches([len(one) for one in numbers]):
            found[places] = self._run([numbers[place] for place in places])
        return found

    def _run(self, numbers: Sequence[Sequence[int]]) -> Floats:
        lengths = np.array([len(one) for one in numbers], dtype=np.int32)
        longest = int(lengths.max())
        table = np.full((len(numbers), longest), self._weights.words.padding, dtype=np.int64)
        for row, one in enumerate(numbers):
            table[row, : len(one)] = one
        known, inverse = np.unique(table, return_inverse=True)
        begun = self._weights.embeddings(known)[inverse.reshape(table.shape)] + self._places[:longest]
        (ended,) = self._session.run(None, {"x": begun.astype(np.float32), "lengths": lengths})
        real = np.arange(longest) < lengths[:, None]
        sums = np.einsum("nlw,nl->nw", ended, real.astype(np.float32))
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many as fit a batch."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda one: (lengths[one], one)):
        if batch and lengths[place] * (len(batch) + 1) > _BATCH:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


@cache
def encoder() -> Encoder:
    """Return the model, made once a process."""
    return Encoder(weights())
