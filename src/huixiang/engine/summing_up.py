"""One sentence that tells what a group of texts is about, taken from them as it stands."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from huixiang.engine.masking import mask
from huixiang.engine.naming import centre_of, closeness
from huixiang.engine.normalising import normalise
from huixiang.engine.sentences import trimmed
from huixiang.engine.titling import closed, has_fault, matter, opened, side_note

LONGEST: Final = 60
_SHORTEST: Final = 10
_READ: Final = 60  # texts of a group that are looked at
_SENTENCE: Final = re.compile(r"[^。！？!?\n…]+")
_SCENE: Final = re.compile(
    r"时(?!间|候|常|代|刻)|时候|之?后(?!备|视|排|台|座|门|期)|以后|零下|低温|高温|冷车|热车|夏天|冬天|雨天|下雨|早上|晚上|夜里"
    r"|高速|怠速|起步|升级|更新|充电|打开|连接|每次|经常"
)
_HEADER: Final = re.compile(r"(?:操作步骤|复现步骤|预期结果|期望结果|实际结果|问题描述|出现频率|补充说明)[:：]?|\s{2,}")
_ADDRESSED: Final = re.compile(r"^(?:尊敬的|您好|你好|大家好|各位|谢谢|感谢|请问|胡书记|领导)[^，,]{0,12}[，,：: ]+")


def _sentences(text: str) -> list[str]:
    """The sentences of a text short enough to be quoted whole; a long one is cut at a comma."""
    body = _HEADER.sub("\n", text)
    found = []
    for part in _SENTENCE.findall(body):
        words = _shortened(trimmed(_ADDRESSED.sub("", opened(matter(trimmed(part))))))
        if len(words) >= _SHORTEST:
            found.append(words)
    return found


def _shortened(sentence: str) -> str:
    """The beginning of a sentence up to the last comma within LONGEST; "" where there is none."""
    if len(sentence) <= LONGEST:
        return sentence
    cut = max(sentence.rfind(mark, 0, LONGEST + 1) for mark in "，,；;、")
    return trimmed(sentence[:cut]) if cut > 0 else ""


def _worth(sentence: str) -> float:
    """Lifted for a fault, for the scene it came in, for both; held back for what was felt, guessed or asked."""
    fault, scene = has_fault(sentence), bool(_SCENE.search(sentence))
    return 1.0 + 0.6 * fault + 0.2 * scene + 0.3 * (fault and scene) - 0.25 * min(side_note(sentence), 3.0)


def summary(texts: Sequence[str]) -> str:
    """Return the sentence nearest to the centre of these texts that tells a scene and a fault, at most LONGEST signs.

    Phone numbers and the like are masked; "" when no text holds a sentence. The same texts always give the same one.
    """
    read = [mask(normalise(text).text).text for text in texts[:_READ]]
    read = [text for text in read if text]
    centre = centre_of(read) if read else {}
    length = float(np.sqrt(sum(weight**2 for weight in centre.values()))) or 1.0
    found = dict.fromkeys(sentence for text in read for sentence in _sentences(text))
    if not found:
        return ""
    best = max(found, key=lambda one: (round(closeness(one, centre, length) * _worth(one), 9), -len(one), one))
    whole = closed(best)
    return whole if len(whole) <= LONGEST else best[:LONGEST]
