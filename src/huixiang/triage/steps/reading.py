"""What it says: the engine's reading, and the vector of its meaning."""

import hashlib
import uuid

import numpy as np

from huixiang.engine import MODEL_VERSION, read
from huixiang.engine.embedder import DIMENSIONS, beginnings, embed
from huixiang.engine.learning.adapter import Adapter
from huixiang.engine.pipeline import doubtful
from huixiang.engine.reading import Reading
from huixiang.engine.similarity import SAME_THEME
from huixiang.feedback.models import Feedback, Kind
from huixiang.kernel.ids import new_id
from huixiang.themes.models import Theme
from huixiang.triage.learning.adapters import active_adapter
from huixiang.triage.learning.standing import honoured, standing
from huixiang.triage.signals import Batch, Signal

COPY_FROM = 12  # shorter texts are said alike by chance
OTHER_MATTER_SEVERITY = 4  # only a danger: what else is unlike in a later message is mostly more about the same matter
OTHER_MATTER_MARGIN = 0.15


def read_texts(batch: Batch) -> None:
    """Needs texts; writes the reading of each signal and the findings of gate, kind, sentiment, severity.

    What a person said of the feedback a message goes on with stays.
    """
    adapter = active_adapter(batch.workspace.id)
    said = standing(signal.earlier.id for signal in batch.signals if signal.earlier)
    for signal, machine in zip(batch.signals, _looked_at_twice(batch, adapter), strict=True):
        words = said.get(signal.earlier.id) if signal.earlier else None
        signal.version = adapter.version if adapter else MODEL_VERSION
        reading = signal.reading = honoured(machine, words) if words else machine
        signal.find(
            "gate", reading.feedback or signal.forced, reading.feedback_confidence, _gate_words(signal)
        )
        signal.find("kind", str(reading.kind), reading.kind_confidence, "")
        signal.find("sentiment", reading.sentiment, abs(reading.sentiment_score), "、".join(reading.emotions))
        severity = reading.severity
        signal.find("severity", severity, reading.severity_scores[severity], "；".join(reading.reasons))


def _looked_at_twice(batch: Batch, adapter: Adapter | None) -> list[Reading]:
    """Read by words; then once more, with its embedding, what is feedback or may be.

    The embedder remembers these vectors until the next step asks for those of the feedback, mostly the same.
    """
    texts = [signal.text for signal in batch.signals]
    first = read(texts, adapter)
    places = [place for place, reading in enumerate(first) if reading.feedback or doubtful(reading)]
    if not places:
        return first
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    vectors[places] = beginnings([texts[place] for place in places])
    return read(texts, adapter, vectors)


def _gate_words(signal: Signal) -> str:
    if signal.forced:
        return "由人确认是反馈"
    if signal.is_feedback and signal.reading and not signal.reading.feedback:
        return "通过反馈入口提交"
    return ""


def embed_feedback(batch: Batch) -> None:
    """Needs readings; writes the vector of what is feedback, and only of that."""
    worth = [signal for signal in batch.signals if signal.is_feedback]
    if worth:
        vectors = embed([signal.text for signal in worth])
        for signal, vector in zip(worth, vectors, strict=True):
            signal.vector = vector


def build_feedback(batch: Batch) -> None:
    """Needs readings and vectors; writes the feedback (not stored yet) of signals that are new feedback.

    A message that continues a case is that case's, unless it tells of another grave matter.
    """
    centres = _centres(batch)
    for signal in batch.signals:
        if signal.vector is None or (signal.case and not _another_matter(signal, centres)):
            continue
        signal.feedback = _built(signal)


def _centres(batch: Batch) -> dict[uuid.UUID, Theme]:
    ids = {s.case.theme_id for s in batch.signals if s.case and s.case.theme_id}
    return {theme.id: theme for theme in Theme.objects.filter(id__in=ids)} if ids else {}


def _another_matter(signal: Signal, centres: dict[uuid.UUID, Theme]) -> bool:
    reading = signal.reading
    theme = centres.get(signal.case.theme_id) if signal.case and signal.case.theme_id else None
    if reading is None or signal.vector is None or theme is None or reading.severity < OTHER_MATTER_SEVERITY:
        return False
    centre = np.asarray(theme.centre, dtype=np.float32)
    likeness = float(centre @ signal.vector / (np.linalg.norm(centre) or 1))
    return likeness < SAME_THEME - OTHER_MATTER_MARGIN


def _built(signal: Signal) -> Feedback:
    first = signal.first
    feedback = signal.earlier or Feedback(
        id=new_id(),
        workspace_id=first.workspace_id,
        member=signal.member,
        account=first.account,
        conversation=signal.conversation,
        public=first.public,
        historical=first.historical,
        said_at=first.sent_at,
    )
    write_reading(feedback, signal)
    return feedback


def write_reading(feedback: Feedback, signal: Signal) -> None:
    """Copy what the engine read onto a feedback. Raises ValueError for a signal not read yet."""
    reading = signal.reading
    if reading is None:
        raise ValueError("the signal was not read")
    feedback.title, feedback.text, feedback.language = reading.title[:120], reading.text, reading.language
    feedback.kind = _kind_of_feedback(str(reading.kind), reading.sentiment)
    feedback.sentiment, feedback.sentiment_score = reading.sentiment, reading.sentiment_score
    feedback.severity, feedback.severity_scores = reading.severity, list(reading.severity_scores)
    feedback.escalation = reading.escalation
    feedback.aspects = [{"name": aspect.name, "sentiment": aspect.sentiment} for aspect in reading.aspects]
    feedback.facts, feedback.missing = dict(reading.facts), list(reading.missing)
    feedback.emotions, feedback.emotion_quote = list(reading.emotions), reading.emotion_quote
    feedback.reasons, feedback.model_version = list(reading.reasons), signal.version
    feedback.embedding = signal.vector
    feedback.text_hash = text_hash(reading.text)


def _kind_of_feedback(kind: str, sentiment: int) -> str:
    """What a person or the form says is feedback is no chatter: displeased it is a complaint, else a question."""
    if kind not in (Kind.CHATTER, Kind.SPAM):
        return kind
    return Kind.COMPLAINT if sentiment < 0 else Kind.QUESTION


def text_hash(text: str) -> str:
    """Equal for copies of a text whatever its spaces and punctuation; "" for texts too short to be copies."""
    signs = "".join(sign for sign in text.lower() if sign.isalnum())
    return hashlib.sha256(signs.encode()).hexdigest() if len(signs) >= COPY_FROM else ""
