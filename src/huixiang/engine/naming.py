"""A name for a theme: the clause of its texts that says best what they share and others do not."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from huixiang.engine.branding import unbranded
from huixiang.engine.models import word_rarity
from huixiang.engine.normalising import normalise
from huixiang.engine.rules import cue, rules
from huixiang.engine.sentences import clauses, trimmed
from huixiang.engine.titling import closed, has_fault, matter, opened, side_note
from huixiang.engine.tokens import tokens

LONGEST_NAME = 16
_SHORTEST = 4
_READ = 200  # texts of a group that are looked at: more do not change its centre
_TURN = re.compile(r"(.{4,}?)(?:希望|要求|请求|望厂家|厂家|4[sS]店|经销商|求(?!救|助)|怎么办|怎么处理)")
_FALLBACK = "未命名"
_LEANING = re.compile(r"^(?:之后|以后|起)(?=.{4})")  # what is left of "since 3.4.1" when the version is taken out
_OPEN_QUOTE = re.compile(r"[“‘《「【（(](?=[^”’》」】）)]*$)")
_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")  # where a version or a maker was taken out
# The figure of a model whose maker was taken out: "11 相机", "408空调"; not a count or a measure.
_MODEL = re.compile(
    r"(?:^|(?<=[\u4e00-\u9fff]) )\d{1,4}(?: +(?=\S)"
    r"|(?=[\u4e00-\u9fff])(?![号个次年月日天时点分秒万千百元块档座米升度岁人家名台款条份件公厘毫小]))"
)
_SPEAKER = re.compile(
    r"^(?:(?:我们?|咱们?|本人)(?:想|要)?(?:投诉|反映|反馈|举报|咨询|说)的?(?:是|：|:)?|(?:我们?|咱们?|本人)(?:的|家的?|这)?)(?=.{4})"
)
# A name must not stop in the middle of what it says: behind a negation, a link word, a figure without its unit.
_OPEN_END = re.compile(
    r"(?:[没不未无很太更最就才也都又把被让给对和与跟及或的地得在从到向比是为有会能要想请将再却而且但并之其]"
    r"|无法|不能|没有|(?:有关|相关)部门|政府|导致|因为|所以|而且|但是|可以|需要|严重|存在|出现|一个|一直|突然|经常|以及|摸起来"
    r"| [A-Z]|[\d.]+)$"
)
_OPEN_START = re.compile(
    r"^(?:[的了地得着过和与跟及或吗呢吧就才也都而但并之等公是全在把被号个台次年月日天，]|公里|小时|分钟|因为|所以|但是|而且|导致)"
)


def rarity_of(word: str) -> float:
    """Return the inverse document frequency of a word: about 1 for the commonest, 10 for unseen ones."""
    table = word_rarity()
    return float(table[zlib.crc32(word.encode("utf-8", "replace")) % len(table)])


def centre_of(texts: Sequence[str]) -> dict[str, float]:
    """Weight of each word: in how many of the texts it stands, times its rarity elsewhere."""
    shares = Counter(word for text in texts for word in set(tokens(text)))
    return {word: times / len(texts) * rarity_of(word) for word, times in shares.items()}


def _pieces(clause: str) -> Iterable[str]:
    """The clause itself when it is short enough, else runs of its words that begin and end cleanly."""
    if _SHORTEST <= len(clause) <= LONGEST_NAME:
        yield clause
        return
    words = clause.split() if clause.isascii() else _words(clause)
    for start in range(len(words)):
        run = ""
        for word in words[start:]:
            if len(run) + len(word) > LONGEST_NAME:
                break
            run += word
            if _whole(run):
                yield trimmed(run)


def _whole(run: str) -> bool:
    words = trimmed(run)
    return len(words) >= _SHORTEST and not _OPEN_END.search(words) and not _OPEN_START.match(words)


def _words(clause: str) -> list[str]:
    cut, place = [], 0
    for word in tokens(clause):
        at = clause.lower().find(word, place)
        if at < 0:
            continue
        cut.append(clause[place : at + len(word)])
        place = at + len(word)
    return cut


def _tells(name: str) -> float:
    """How much a name is lifted for telling of a matter, and held back for telling what came of it."""
    score = 0.6 * has_fault(name)
    score += 0.6 * bool(rules("severity").pattern.search(name))
    score += 0.3 * bool(cue("product").search(name))
    score += 0.3 * bool(cue("wish").search(name))
    return max(score - 0.5 * side_note(name), -0.7)


def closeness(piece: str, centre: dict[str, float], length: float) -> float:
    """Cosine between the words of a piece and the centre of its group; `length` is that of the centre."""
    words = set(tokens(piece))
    own = np.sqrt(sum(rarity_of(word) ** 2 for word in words)) or 1.0
    dot = sum(centre.get(word, 0.0) * rarity_of(word) for word in words)
    return float(dot / (own * length))


def _candidates(texts: Sequence[str]) -> list[str]:
    matters = (_core(_bare(opened(matter(part.text)))) for text in texts for part in clauses(text))
    return list(dict.fromkeys(piece for words in matters for piece in _pieces(words)))


def _bare(clause: str) -> str:
    """The clause without makers and versions, the gaps they leave, and who says it."""
    rest = _MODEL.sub("", trimmed(unbranded(clause)))
    return _SPEAKER.sub("", _LEANING.sub("", _GAP.sub("", rest)), count=1)


def _core(clause: str) -> str:
    """The clause up to where it turns to what somebody should do about it."""
    found = _TURN.match(clause)
    return trimmed(found.group(1)) if found else clause


def name(texts: Sequence[str]) -> str:
    """Return at most LONGEST_NAME characters that stand in the texts; the same texts always get the same name."""
    read = [normalise(text).text for text in texts[:_READ]]
    read = [text for text in read if text]
    centre = centre_of(read) if read else {}
    names = _candidates(read)
    if not names:
        return (trimmed(read[0]) if read else "")[:LONGEST_NAME] or _FALLBACK
    length = float(np.sqrt(sum(weight**2 for weight in centre.values()))) or 1.0
    best = max(names, key=lambda one: (round(closeness(one, centre, length) * (1.0 + _tells(one)), 9), -len(one), one))
    return closed(best) if len(closed(best)) <= LONGEST_NAME else trimmed(_OPEN_QUOTE.sub("", best))
