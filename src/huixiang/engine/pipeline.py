"""A batch of texts in, a reading of each out: the order of the steps, and what happens at the edges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.sparse import csr_matrix

from huixiang.engine.aspects import car_aspects, general_aspects, is_car
from huixiang.engine.authenticity import authenticity_of
from huixiang.engine.emotions import emotions_of
from huixiang.engine.english import read_english
from huixiang.engine.facts import facts_of, missing_of
from huixiang.engine.features import counts, weighted
from huixiang.engine.language import language_of
from huixiang.engine.learning.adapter import Adapter
from huixiang.engine.masking import mask
from huixiang.engine.models import about, grams, judge
from huixiang.engine.normalising import READ_AT_MOST, Normalised, normalise
from huixiang.engine.reading import Aspect, Kind, Reading
from huixiang.engine.reasons import KINDS, reasons_for
from huixiang.engine.refining import refined
from huixiang.engine.rules import gravest
from huixiang.engine.signals import Caught, caught, signals
from huixiang.engine.titling import title
from huixiang.engine.verdict import Floats, Scores, Verdict, gate_chance, scores_of, verdict

BATCH = 512  # texts whose sparse rows are held at once
_SURELY_NONE = 0.15  # gate below which a text is surely no feedback
_SURE_OF_KIND = 0.8  # probability from which on kind and severity are sure
_SURE_OF_SIDE = 0.75  # of sentiment_score
_ENGLISH_SURE = 0.6  # a list of words is never more certain than this


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text on its way in: cleaned, masked, its language known."""

    normal: Normalised
    text: str
    language: str


def _prepare(text: str) -> Prepared:
    normal = normalise(text)
    shown = mask(normal.text).text
    return Prepared(normal, shown, language_of(shown))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an adapter looks at beside the base's scores: weighted rows and signals of cleaned, masked texts."""

    rows: csr_matrix
    signals: Floats
    scores: Scores


def evidence(texts: Sequence[str], seen: Sequence[Caught]) -> Evidence:
    """Return what the base makes of cleaned, masked texts, before any adapter."""
    model = grams()
    rows = weighted(counts(texts), model.rarity)
    first = model.scores(rows)
    found = signals(texts, seen, first)
    return Evidence(rows, found, scores_of(model, judge(), first, found, about()["thresholds"]))


def _score(
    texts: Sequence[str], seen: Sequence[Caught], adapter: Adapter | None, vectors: Floats | None = None
) -> Scores:
    """The light reading's scores, looked at again where there are vectors; what people taught has the last word."""
    found = evidence(texts, seen)
    scores = found.scores if vectors is None else refined(found.scores, vectors)
    return adapter.applied(scores, found.rows, found.signals) if adapter else scores


def _unread(prepared: Prepared) -> Reading:
    """A text without words, or in a language the engine does not read: said so rather than guessed."""
    empty = not prepared.text
    reason = "没有可读的文字" if empty or not any(map(str.isalpha, prepared.text)) else "读不懂这种语言，没有判断"
    return Reading(
        text=prepared.text,
        title=title(prepared.text),
        language="other",
        feedback=False,
        feedback_confidence=0.0,
        kind=Kind.chatter,
        kind_confidence=0.0,
        sentiment=0,
        sentiment_score=0.0,
        severity=0,
        severity_scores=(1.0, 0.0, 0.0, 0.0, 0.0),
        escalation=False,
        authenticity_reason=reason,
        reasons=(reason,),
    )


def _english(prepared: Prepared) -> Reading:
    found = read_english(prepared.text)
    feedback = found.kind not in {Kind.chatter, Kind.spam}
    certain = _ENGLISH_SURE if feedback else 1.0 - _ENGLISH_SURE
    shares = [0.0] * 5
    shares[found.severity] = 1.0
    facts = facts_of(prepared.text, found.kind)
    score, why = authenticity_of(prepared.text, found.kind, facts)
    quoted = (f"{found.quote}：{KINDS[found.kind]}",) if found.quote else ()
    return Reading(
        text=prepared.text,
        title=title(prepared.text),
        language="en",
        feedback=feedback,
        feedback_confidence=certain,
        kind=found.kind,
        kind_confidence=_ENGLISH_SURE,
        sentiment=found.sentiment,
        sentiment_score=found.sentiment * 0.5,
        severity=found.severity,
        severity_scores=(shares[0], shares[1], shares[2], shares[3], shares[4]),
        escalation=found.escalation,
        facts=facts,
        missing=missing_of(prepared.text, found.kind, found.severity, facts),
        severity_quote=found.quote,
        authenticity=score,
        authenticity_reason=why,
        reasons=("英文只按词表粗读", *quoted),
    )


def _chinese(
    prepared: Prepared, found: Verdict, seen: Caught, scores: Scores, place: int, *, titled: bool = True
) -> Reading:
    text, kind = prepared.text, found.kind
    facts = facts_of(text, kind)
    feelings, feeling_quote = emotions_of(text, prepared.normal.emojis, found.sentiment)
    score, why = authenticity_of(text, kind, facts)
    grave = gravest(seen.severity) if found.severity else None
    return Reading(
        text=text,
        title=title(text) if titled else "",
        language="zh",
        feedback=found.feedback,
        feedback_confidence=found.feedback_confidence,
        kind=kind,
        kind_confidence=found.kind_confidence,
        sentiment=found.sentiment,
        sentiment_score=found.sentiment_score,
        severity=found.severity,
        severity_scores=found.severity_scores,
        escalation=found.escalation,
        aspects=_aspects(text, found, scores, place),
        facts=facts,
        missing=missing_of(text, kind, found.severity, facts),
        emotions=feelings,
        emotion_quote=feeling_quote,
        severity_quote=grave.quote if grave else "",
        authenticity=score,
        authenticity_reason=why,
        reasons=reasons_for(found, seen, cut_at=READ_AT_MOST if prepared.normal.cut else 0),
    )


def _aspects(text: str, found: Verdict, scores: Scores, place: int) -> tuple[Aspect, ...]:
    if is_car(text, found.domain):
        return car_aspects(text, scores.subjects(place), found.sentiment)
    return general_aspects(text, found.sentiment) if found.feedback else ()


def _read_batch(
    texts: Sequence[str], adapter: Adapter | None, vectors: Floats | None, *, titled: bool
) -> list[Reading]:
    prepared = [_prepare(text) for text in texts]
    chinese = [place for place, one in enumerate(prepared) if one.language == "zh"]
    others = [(place, one) for place, one in enumerate(prepared) if one.language != "zh"]
    words = [prepared[place].text for place in chinese]
    seen = [caught(text) for text in words]
    meant = vectors[chinese] if vectors is not None else None
    scores = _score(words, seen, adapter, meant) if words else None
    readings = {at: _english(one) if one.language == "en" else _unread(one) for at, one in others}
    if scores is None:
        return list(readings.values())
    gates, limits = gate_chance(scores, seen), about()["thresholds"]
    for row, place in enumerate(chinese):
        found = verdict(scores, float(gates[row]), row, seen[row], limits)
        reading = _chinese(prepared[place], found, seen[row], scores, row, titled=titled)
        readings[place] = replace(reading, refined=True) if meant is not None and meant[row].any() else reading
    return [readings[place] for place in range(len(prepared))]


def read(
    texts: Sequence[str], adapter: Adapter | None = None, vectors: Floats | None = None, *, titled: bool = True
) -> list[Reading]:
    """Read each text; order is kept, equal input gives equal output, and no text raises.

    `adapter`: what was learned from a workspace's corrections, for this version of the models. `vectors`: (n, 384)
    embeddings of the texts, with which they are looked at a second time; a row of zeros stands for a text without.
    `titled`: whether titles are wanted, which take a third of the time of the rest.
    Only the first READ_AT_MOST characters of a text are read, which its reasons then say.
    """
    found: list[Reading] = []
    for start in range(0, len(texts), BATCH):
        meant = vectors[start : start + BATCH] if vectors is not None else None
        found.extend(_read_batch(texts[start : start + BATCH], adapter, meant, titled=titled))
    return found


def doubtful(reading: Reading) -> bool:
    """Whether a light reading is unsure enough of itself that a second look may change it."""
    if reading.language != "zh":
        return False
    if not reading.feedback:
        return reading.feedback_confidence > _SURELY_NONE or abs(reading.sentiment_score) < _SURE_OF_SIDE
    sure = reading.kind_confidence > _SURE_OF_KIND and max(reading.severity_scores) > _SURE_OF_KIND
    return not sure or abs(reading.sentiment_score) < _SURE_OF_SIDE


def gate(texts: Sequence[str], adapter: Adapter | None = None) -> list[tuple[bool, float]]:
    """Return (is it feedback, probability) for each text, the same as `read` says; nothing else is worked out."""
    return [(found, chance) for found, chance, _ in gate_with_language(texts, adapter)]


def gate_with_language(texts: Sequence[str], adapter: Adapter | None = None) -> list[tuple[bool, float, str]]:
    """Return (is it feedback, probability, language) for each text."""
    found: list[tuple[bool, float, str]] = []
    for start in range(0, len(texts), BATCH):
        found.extend(_gate_batch(texts[start : start + BATCH], adapter))
    return found


def _gate_batch(texts: Sequence[str], adapter: Adapter | None) -> list[tuple[bool, float, str]]:
    prepared = [_prepare(text) for text in texts]
    chinese = [one.text for one in prepared if one.language == "zh"]
    seen = [caught(text) for text in chinese]
    chances = gate_chance(_score(chinese, seen, adapter), seen).tolist() if chinese else []
    waiting = iter(chances)
    return [_gated(one, next(waiting) if one.language == "zh" else 0.0) for one in prepared]


def _gated(prepared: Prepared, chance: float) -> tuple[bool, float, str]:
    if prepared.language == "zh":
        return chance >= about()["thresholds"]["gate"], chance, "zh"
    reading = _english(prepared) if prepared.language == "en" else _unread(prepared)
    return reading.feedback, reading.feedback_confidence, reading.language
