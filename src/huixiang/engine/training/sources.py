"""The data beside the project, as texts with the tasks each of them teaches."""

import csv
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from huixiang.engine.normalising import normalise

DOMAINS = (
    "shop", "hotel", "takeaway", "food", "phone_defects", "phone_wishes", "car_complaints", "car_forum",
    "cosmetics", "bank", "weibo", "sms", "spam", "hotline",
)  # fmt: skip
SUBJECTS = ("动力", "价格", "油耗", "操控", "舒适性", "配置", "安全性", "内饰", "外观", "空间")
FEELINGS = ("angry", "happy", "sad", "fear", "surprise", "neutral")
HOTLINE = ("投诉", "咨询", "建议")
OWN = "own"  # source of the examples written for this project
CHAT = "own_chat"  # source of those in the language of group chats
MARKED = "marked"  # source of the rows of the data that were labelled for this project
TASKS: dict[str, tuple[str, ...]] = {
    "polarity": ("positive",),
    "unsafe_food": ("1",),
    "spam": ("1",),
    "domain": DOMAINS,
    "hotline": HOTLINE,
    "subject": SUBJECTS,
    "car_mood": ("-1", "0", "1"),
    "bank_mood": ("0", "1", "2"),
    "feeling": FEELINGS,
}

Row = Mapping[str, str]


@dataclass(slots=True)
class Sample:
    """One text and what it teaches: task → label (several labels for subjects)."""

    text: str
    labels: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message labelled by hand; a blank stands for a disagreement and is not learned or scored."""

    text: str
    kind: str
    sentiment: str
    severity: str
    escalation: str
    feedback: str
    source: str


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read one CSV file of the data folder."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def labelled(data: Path) -> list[Labelled]:
    """Return the rows of triage_gold.csv, texts normalised."""
    return [_labelled(row, row["src"]) for row in rows_of(data / "triage_gold.csv")]


def own_examples() -> list[Labelled]:
    """Return the sentences written for this project, labelled by the same guide: plain ones and group chat."""
    return [*_written("examples.tsv", OWN), *_written("chat_examples.tsv", CHAT)]


def key_of(text: str) -> str:
    """Return what a normalised text is known by in labels.tsv, which holds no text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def marked(known: Iterable[Sample]) -> list[Labelled]:
    """Return the source texts that labels.tsv has labels for, in the order of the sources."""
    with (Path(__file__).parent / "labels.tsv").open(encoding="utf-8", newline="") as lines:
        labels = {row["key"]: row for row in csv.DictReader(lines, delimiter="\t")}
    found = ((sample.text, labels.get(key_of(sample.text))) for sample in known)
    return [_labelled({**row, "text": text}, MARKED) for text, row in found if row is not None]


def _written(name: str, source: str) -> list[Labelled]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return [_labelled(row, source) for row in csv.DictReader(lines, delimiter="\t")]


def _labelled(row: Row, source: str) -> Labelled:
    return Labelled(
        text=normalise(row["text"]).text,
        kind=row["kind"].strip(),
        sentiment=row["sentiment"].strip(),
        severity=row["severity"].strip(),
        escalation=row["escalation"].strip(),
        feedback=row["feedback"].strip(),
        source=source,
    )


def _one(**labels: str) -> dict[str, frozenset[str]]:
    return {task: frozenset({label}) for task, label in labels.items()}


def _review(row: Row) -> dict[str, frozenset[str]]:
    domain = {"酒店": "hotel", "外卖": "takeaway"}.get(row["cat"], "shop")
    polarity = "positive" if row["label"] == "1" else ""
    return _one(polarity=polarity, domain=domain, spam="0")


def _hotline(row: Row) -> dict[str, frozenset[str]]:
    labels = _one(domain="hotline", spam="0")
    word = next((word for word in HOTLINE if word in row["title"]), None)
    return labels | (_one(hotline=word) if word else {})


def _hotline_text(row: Row) -> str:
    return f"{row['title']}。 {row['text']}"


def _cosmetics(row: Row) -> dict[str, frozenset[str]]:
    labels = _one(domain="cosmetics", spam="0")
    sides = {"正面": "positive", "负面": ""}
    side = row["Polarities"]
    return labels | (_one(polarity=sides[side]) if side in sides else {})


def _text(row: Row) -> str:
    return row["text"]


def _bank(row: Row) -> dict[str, frozenset[str]]:
    labels = _one(domain="bank", bank_mood=row["label"], spam="0")
    sides = {"0": "", "1": "positive"}
    return labels | (_one(polarity=sides[row["label"]]) if row["label"] in sides else {})


def _sms(row: Row) -> dict[str, frozenset[str]]:
    return _one(domain="spam" if row["label"] == "1" else "sms", spam=row["label"])


Reader = tuple[Callable[[Row], str], Callable[[Row], dict[str, frozenset[str]]]]
FILES: dict[str, Reader] = {
    "sentiment": (_text, _review),
    "food_safety": (_text, lambda row: _one(domain="food", unsafe_food=row["label"], spam="0")),
    "phone_forum_defects": (_text, lambda _: _one(domain="phone_defects", spam="0")),
    "phone_forum_suggestions": (_text, lambda _: _one(domain="phone_wishes", spam="0")),
    "car_complaints": (_text, lambda _: _one(domain="car_complaints", spam="0")),
    "car_aspects": (
        _text,
        lambda row: _one(domain="car_forum", subject=row["subject"], car_mood=row["sentiment_value"], spam="0"),
    ),
    "cosmetics_aspects": (_text, _cosmetics),
    "bank_opinions": (_text, _bank),
    "weibo_emotion": (_text, lambda row: _one(domain="weibo", feeling=row["label"], spam="0")),
    "sms_spam": (_text, _sms),
    "hotline_with_replies": (_hotline_text, _hotline),
    "hotline_with_votes": (_hotline_text, _hotline),
}


def _merge(known: dict[str, Sample], text: str, labels: dict[str, frozenset[str]]) -> None:
    sample = known.setdefault(text, Sample(text))
    for task, names in labels.items():
        if task == "subject":
            sample.labels[task] = sample.labels.get(task, frozenset()) | names
        else:
            sample.labels.setdefault(task, names)


def _check(data: Path, without: str) -> None:
    categories = {row["cat"] for row in rows_of(data / "sentiment.csv")} if without else set()
    if without and without not in categories:
        raise ValueError(f"there is no category “{without}”. The categories are: {', '.join(sorted(categories))}.")


def samples(data: Path, without: str = "") -> list[Sample]:
    """Return the distinct texts of all files that teach a task by where they come from, in a fixed order.

    Reviews of the category `without` are left out, labels of them with them; ValueError when there is none such.
    """
    _check(data, without)
    known: dict[str, Sample] = {}
    for name, (text_of, labels_of) in FILES.items():
        for row in rows_of(data / f"{name}.csv"):
            if without and row.get("cat") == without:
                continue
            text = normalise(text_of(row) or "").text
            if text:
                _merge(known, text, labels_of(row))
    return list(known.values())


def pairs(data: Path) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """Yield the name and the rows (a, b, same) of each file of sentence pairs."""
    for name in ("lcqmc", "bank", "afqmc", "phone"):
        rows = rows_of(data / f"pairs_{name}.csv")
        yield name, [(normalise(row["a"]).text, normalise(row["b"]).text, row["same"] == "1") for row in rows]


def thinned(size: int, most: int, seed: int = 7) -> list[int]:
    """Return at most `most` of the numbers below `size`, drawn once and for all, sorted."""
    if size <= most:
        return list(range(size))
    return sorted(random.Random(seed).sample(range(size), most))  # noqa: S311 - a draw, not a secret
