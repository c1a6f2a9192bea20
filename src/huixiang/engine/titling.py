"""The clause that tells somebody scanning a list what is wrong: subject and fault before everything around them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from huixiang.engine.branding import unbranded
from huixiang.engine.rules import cue, rules
from huixiang.engine.sentences import clauses, trimmed
from huixiang.engine.tokens import tokens

TITLE_LENGTH = 30
_SHORT = 8  # characters; a clause as short as this is shown with the one before it
_REMEMBERED = 4096  # clauses whose worth is kept: title, facts and names ask for the same ones
_NAMES = 80  # characters; names and versions are no longer than this
_LEAST = 5  # characters that must be left of a clause when its opening is taken off
_ONLY_NAMES = re.compile(r"^[A-Za-z0-9.\s_-]+(?:[\d.]*月?起?的?|稳定版|开发版|公测版|版本)?$")
_NUMBER = re.compile(r"\d")
_WISHING = re.compile(r"建议|希望(?!尽快)|能不能|能否|可不可以|要是|就好了|最好|加一?个|保留")
_THANKS = re.compile(r"^(?:尊敬的|您好|你好|大家好|谢谢|感谢|麻烦|辛苦|请尽快|联系电话|电话)")
_DANGER = "有人身处险境"  # what the fault led to, told in the reasons and not in the title
# What followed, how long it took, what was tried, how it felt: weaker than the fault itself.
_AROUND = re.compile(
    r"等(?:了|到|拖车|救援)|才(?:恢复|重启好|送到|开门|能解锁)|(?:吓|气|急|烦)(?:人|死)|狼狈|没底|报了.{1,3}次|从头讲"
    r"|态度|没人管|客服(?:说|都)|师傅(?:都)?说|店里说|我换了|试过|(?:怎么|如何)(?:办|处理)|赶紧|尽快|希望(?:尽快|处理|解决)"
    r"|^(?:挺|真|太|特别|心里|害得|雨天|晚上|前面)|[看听]不(?:清|见)(?:路|后)|冻哭|救援|拖车"
    r"|^(?:每次|一路|第?[一二三四五六七八九十\d]+次)"
)
_GUESS = re.compile(
    r"应该(?:不)?是|不是[^，。]{0,6}(?:问题|原因)|估计|可能是|都一样|之前没有|以前没有|没过$|没有过$|就没事"
)
_ASKING = re.compile(r"(?:吗|呢|么)$|为什么|为啥|怎么|哪[里个]|多久|^你们|有没有人?(?:遇|碰)|难道|凭什么")
# "Product-version-" before the matter: says where, not what.
_PREFIX = re.compile(
    r"^[A-Za-z0-9][\w.+ /—–-]{0,30}(?:稳定版|开发版|公测版|内测版|正式版|版本)[\d. ]*[-—–_:： ]*(?=[^\d\s-])"
)
_OPENING = re.compile(
    r"^(?:但是|但|不过|就是|而且|结果)"
    r"|^(?:(?:请问|想问(?:一下|下)?|你们|大家|各位|有人)*(?:有没有(?:人)?|是不是)(?:也)?(?:遇到|碰到|发现|觉得)过?"
    r"|请问|想问一下)"
    r"|^(?:(?:今天|昨天|今早|昨晚|早上|晚上|刚才|刚刚|前天|今晚)+ ?"
    r"(?:\d{1,2}[:：]\d{2}|[一二三四五六七八九十\d]+点(?:多|半)?)?) ?(?!的)"
)
# How to reach the author, a hidden number included: never what the message is about.
_REACHING = re.compile(
    r"\*{3,}|(?:我的?|联系|咨询)(?:电话|手机号|微信|邮箱)|(?:电话|手机号|微信|邮箱)(?:号码?)?(?:是|[:：]| ?\+?\d)"
    r"|联系我|(?:给我|打我|我等)[^，。]{0,2}电话|加我?微信|微信同号"
)
# A clause that leans on the one before it: it opens with a particle, a link word or a figure compared.
_LEANING = re.compile(
    r"^(?:的|地(?=[^库铁图下面板])|之后|以后|而且|并且|但|还(?![原款车])|差(?![点劲评])|\d[\d.]* ?(?:以上|以下|多))"
    r"|才(?:有|这样|出现|开始)的?$"
)
_ADDING = re.compile(r"^反而")  # a fault told against what came before it, and shown with it
_QUOTES = {"“": "”", "‘": "’", "《": "》", "「": "」", "【": "】", "（": "）", "(": ")"}
_WEAK_END = re.compile(r"(?:压没|弄没|搞没|搞坏|弄坏)的$")


@lru_cache(maxsize=_REMEMBERED)
def has_fault(clause: str) -> bool:
    """Return whether a clause tells of something out of order: a malfunction, a loss, or a word rule."""
    return any(cue(name).search(clause) for name in ("problem", "misbehaves", "decline")) or _level(clause) > 0


@lru_cache(maxsize=_REMEMBERED)
def _level(clause: str) -> int:
    return max((hit.level for hit in rules("severity").hits(clause) if hit.name != _DANGER), default=0)


def side_note(clause: str) -> float:
    """How far a clause speaks of something beside the fault: 0 not at all, up to 3."""
    return (
        1.6 * bool(_AROUND.search(clause))
        + 1.6 * bool(_GUESS.search(clause))
        + 0.7 * bool(_ASKING.search(clause))
        + 1.5 * bool(_THANKS.match(clause))
        + 3.0 * bool(_REACHING.search(clause))
    )


@lru_cache(maxsize=_REMEMBERED)
def worth(clause: str) -> float:
    """How well a clause stands for its message in a list; names and versions alone say nothing."""
    if len(clause) <= _NAMES and _ONLY_NAMES.match(clause) and unbranded(clause) == clause:
        return -1.0
    fault = has_fault(clause)
    level = _level(clause)
    score = 1.4 * level * (level > 1)
    score += 1.4 * fault
    score += 1.0 * bool(fault and cue("product").search(clause))
    score += 0.6 * bool(cue("misbehaves").search(clause) or cue("decline").search(clause))
    score += 1.6 * bool(_WISHING.search(clause))
    score += 0.5 * bool(cue("praise").search(clause))
    score += 0.3 * bool(_NUMBER.search(clause))
    return score + min(len(clause), 12) / 12 - side_note(clause)


def matter(clause: str) -> str:
    """Take a leading product and version off a clause, if anything worth saying is left."""
    rest = trimmed(_PREFIX.sub("", clause))
    return rest if len(rest) >= 4 else clause  # noqa: PLR2004 - two words


def opened(clause: str) -> str:
    """Take a question to others or a time of day off the beginning of a clause."""
    rest = trimmed(_OPENING.sub("", clause, count=1))
    rest = rest.removesuffix("的") if _WEAK_END.search(rest) else rest
    return rest if len(rest) >= _LEAST else clause


def shortened(clause: str, limit: int) -> str:
    """Drop whole words from the front until `limit` is kept: in Chinese the fault stands at the end."""
    if len(clause) <= limit:
        return clause
    place, lower = 0, clause.lower()
    for word in tokens(clause):
        at = lower.find(word, place)
        if at < 0:
            continue
        if at and len(clause) - at <= limit:
            return trimmed(clause[at:])
        place = at + len(word)
    return trimmed(clause[:limit])


def closed(words: str) -> str:
    """Close quotation marks that were left open; one whose end is all that stands there is dropped."""
    waiting: list[str] = []
    kept = ""
    for sign in words:
        if sign in _QUOTES:
            waiting.append(_QUOTES[sign])
        elif sign in _QUOTES.values():
            if sign not in waiting:
                continue
            del waiting[waiting.index(sign) :]
        kept += sign
    return kept + "".join(reversed(waiting))


def _best(parts: Sequence[str]) -> int:
    """The place of the most telling clause; one that leans on another is taken only when no whole one says anything."""
    ranked = sorted(range(len(parts)), key=lambda place: (-worth(parts[place]), place))
    if not _LEANING.search(opened(parts[ranked[0]])):
        return ranked[0]
    whole = [place for place in ranked if worth(parts[place]) > 0 and not _LEANING.search(opened(parts[place]))]
    return next((place for place in whole if _names_a_thing(parts[place])), whole[0] if whole else ranked[0])


def _names_a_thing(clause: str) -> bool:
    return bool(cue("product").search(clause)) or has_fault(clause)


def _with_neighbour(words: str, before: str) -> str:
    alone = len(words) >= _SHORT and not _ADDING.match(words)
    if alone or not before or side_note(before):
        return words
    joined = f"{before}，{words}"
    return joined if len(joined) <= TITLE_LENGTH else words


def title(text: str) -> str:
    """Return the most telling clause, at most TITLE_LENGTH characters, no mark at its end; "" only for no text."""
    parts = [matter(part.text) for part in clauses(text)]
    if not parts:
        return text.strip()[:TITLE_LENGTH]
    best = _best(parts)
    words = _with_neighbour(opened(parts[best]), parts[best - 1] if best else "")
    words = shortened(words, TITLE_LENGTH) or parts[best][:TITLE_LENGTH]
    whole = closed(words)
    return whole if len(whole) <= TITLE_LENGTH else closed(words[: TITLE_LENGTH - 1])
