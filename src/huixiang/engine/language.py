"""Which language a text is written in: Chinese, English, or one the engine does not read."""

import re

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0002ffff]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af\u1100-\u11ff]")
_JAPANESE = re.compile("[気悪応対発売読円駅図価検験込働戻労広団実戦帰単処総関変楽薬歩毎絵経続権営仏拠拡払沢浜桜転軽]")
_JAPANESE_SHARE, _JAPANESE_KINDS = 0.08, 2  # of all Han; a single 気 decorates many a Chinese name
_LATIN = re.compile("[a-zA-Z]")
_FOREIGN = re.compile("[\u00c0-\u02af\u0370-\u2fff\ua000-\uabff\ud7b0-\ud7ff\U00010000-\U0001efff]")
_ENGLISH = re.compile(
    r"\b(?:the|is|are|am|was|were|it|its|i|my|me|you|your|we|this|that|and|or|not|no|to|of|in|on|for|with|"
    r"please|can|can't|cannot|could|don't|doesn't|won't|have|has|when|what|how|why|very|good|great|bad|after|"
    r"love|thanks|thank|app|phone|car|bug|crash|crashes|broken|ok|hello|hi|help|works|need|at|be|so|but)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-zA-Z']+")
_HAN_SHARE = 0.12  # of all letters: a Chinese report full of product names is still Chinese
_ENGLISH_SHARE = 0.2  # of all words: below it, it is another language in Latin letters, or noise


def language_of(text: str) -> str:
    """Return "zh", "en" or "other"; text without any letter is "other"."""
    han = len(_HAN.findall(text))
    kana = len(_KANA_HANGUL.findall(text))
    other = len(_FOREIGN.findall(text))
    latin = len(_LATIN.findall(text))
    if kana * 4 > han + kana or other > han + latin or _is_japanese(text, han):
        return "other"
    if han and han >= _HAN_SHARE * (han + latin):
        return "zh"
    return "en" if _is_english(text) else "other"


def _is_japanese(text: str, han: int) -> bool:
    """Japanese without any kana: signs as only Japan writes them, which neither Chinese writing has."""
    found = _JAPANESE.findall(text)
    return len(set(found)) >= _JAPANESE_KINDS and len(found) >= _JAPANESE_SHARE * han


def _is_english(text: str) -> bool:
    words = _WORD.findall(text)
    return bool(words) and len(_ENGLISH.findall(text)) >= _ENGLISH_SHARE * len(words)
