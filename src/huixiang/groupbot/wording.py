"""What the bot says, in three tones; every template can be worded anew, with its variables."""

import re
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.groupbot.manner import Manner, Tone
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line

LONGEST: Final = 1_000
LONGEST_NAME: Final = 20
VARIABLE: Final = re.compile(r"\{(\w+)\}")
_LEFT_OVER: Final = re.compile(r"^[\s，,：:、!！~～]+|[ \t]+$", re.MULTILINE)

VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "received": ("name", "title", "link", "brand", "community"),
    "question": ("question", "brand", "community"),
    "several": ("number", "list", "brand", "community"),
    "status": ("name", "list", "brand", "community"),
    "status_none": ("name", "brand", "community"),
    "empty": ("name", "brand", "community"),
    "help": ("notice", "brand", "community"),
    "notice": ("days", "brand", "community"),
}
"""What each template may hold."""

LABELS: Final[Mapping[str, Promise]] = {
    "received": gettext_lazy("When feedback came in"),
    "question": gettext_lazy("Asking for what is missing"),
    "several": gettext_lazy("After the quiet hours"),
    "status": gettext_lazy("Answer to 进度"),
    "status_none": gettext_lazy("Answer to 进度, nothing there"),
    "empty": gettext_lazy("反馈 without words"),
    "help": gettext_lazy("Answer to 帮助"),
    "notice": gettext_lazy("Notice about what is kept"),
}

_ALL: Final[dict[str, Promise]] = {
    "help": gettext_lazy(
        "“反馈 …” keeps what you write as feedback. “进度” tells how far yours is. “帮助” shows this again.\n\n{notice}"
    ),
    "notice": gettext_lazy(
        "I am the assistant of {brand} and read along in this group to pick up feedback. Feedback is kept and passed "
        "to the team; the text of everything else is erased after {days} days. Write “帮助” to see what I can do."
    ),
}
DEFAULTS: Final[Mapping[str, Mapping[str, Promise]]] = {
    Tone.WARM: {
        **_ALL,
        "received": gettext_lazy("{name}, thank you. “{title}” is noted and on its way to the team.\n{link}"),
        "question": gettext_lazy("One thing would help us: {question}"),
        "several": gettext_lazy("Good morning! What you told us during the night is noted ({number}):\n{list}"),
        "status": gettext_lazy("{name}, this is how far it is:\n{list}"),
        "status_none": gettext_lazy("{name}, nothing of yours from this group is noted yet. Write “反馈” and more."),
        "empty": gettext_lazy("{name}, write what you met right behind “反馈”, in one message."),
    },
    Tone.FORMAL: {
        **_ALL,
        "received": gettext_lazy("{name}: your feedback “{title}” has been registered and forwarded.\n{link}"),
        "question": gettext_lazy("Please add, if you can: {question}"),
        "several": gettext_lazy("The following feedback was registered outside service hours ({number}):\n{list}"),
        "status": gettext_lazy("{name}, the state of your feedback:\n{list}"),
        "status_none": gettext_lazy("{name}: no feedback of yours from this group is registered. Write “反馈” …"),
        "empty": gettext_lazy("{name}: please write your matter behind “反馈” in one message."),
    },
    Tone.LIVELY: {
        **_ALL,
        "received": gettext_lazy("Got it, {name}! “{title}” is on our list, the team is on it.\n{link}"),
        "question": gettext_lazy("Quick one: {question}"),
        "several": gettext_lazy("Morning all! Night shift report, {number} noted:\n{list}"),
        "status": gettext_lazy("{name}, here is the scoreboard:\n{list}"),
        "status_none": gettext_lazy("{name}, your list is still empty. Write “反馈” and tell us!"),
        "empty": gettext_lazy("{name}, “反馈” and then? Write what you met right behind it."),
    },
}  # fmt: skip

QUESTIONS: Final[Mapping[str, Promise]] = {
    "actual": gettext_lazy("what exactly did you see, was there a message on the screen?"),
    "scene": gettext_lazy("when and where did it happen?"),
    "steps": gettext_lazy("what had you done just before?"),
    "expected": gettext_lazy("what would you have expected instead?"),
    "version": gettext_lazy("which model and software version is it?"),
    "frequency": gettext_lazy("did it happen once, or again and again?"),
    "evidence": gettext_lazy("could you send a picture or a short video?"),
}


def template_of(manner: Manner, key: str, tone: str = "") -> str:
    """The words of this key in the account's tone (or another one), as somebody worded them or as they are."""
    tone = tone or manner.tone
    own = manner.words.get(tone, {}).get(key, "")
    return own or default_of(tone, key)


def default_of(tone: str, key: str) -> str:
    """The words nobody changed, in the community's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(DEFAULTS[tone][key])


def question_of(fact: str) -> str:
    """What asks for a fact; "" for one nobody asks for in a group."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(QUESTIONS.get(fact, ""))


def said(manner: Manner, key: str, values: Mapping[str, str], tone: str = "") -> str:
    """The words with the variables filled in; a line that begins with an empty one begins with what follows."""
    text = VARIABLE.sub(lambda found: values.get(found[1], ""), template_of(manner, key, tone))
    return _LEFT_OVER.sub("", text).strip()


def harmless(text: str, longest: int) -> str:
    """A member's own words as the bot may repeat them: on one line, calling nobody, and no mark-up of any platform."""
    shown = one_line(text).translate({ord("@"): "＠", ord("<"): "〈", ord(">"): "〉", ord("`"): "'", ord("*"): "·"})
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def checked(key: str, text: str) -> str:
    """A template as it may be kept. Raises Refused for a variable it does not have, or too many words."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": LONGEST})
    for name in VARIABLE.findall(text):
        if name not in VARIABLES[key]:
            raise Refused(
                _("“%(label)s” knows no {%(name)s}; it knows %(list)s.")
                % {"label": LABELS[key], "name": name, "list": " ".join(f"{{{one}}}" for one in VARIABLES[key])}
            )
    if key == "notice" and text and "{days}" not in text:
        raise Refused(_("The notice says after how many days texts are erased: keep {days} in it."))
    return text
