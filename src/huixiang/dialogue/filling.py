"""Variables in templates: {{member}} is filled in, {{member|there}} too, or says “there” where nobody is known."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huixiang.cases.details import Detail
from huixiang.cases.models import Case, Clock, ClockName
from huixiang.dialogue.models import ReplyTemplate, Tone
from huixiang.workspaces.models import Membership

VARIABLES: Final[dict[str, Promise]] = {
    "member": _("the member's name"),
    "matter": _("the case's title, in the member's words"),
    "theme": _("the theme's name"),
    "version": _("the version the member told"),
    "question": _("the next question for what is missing"),
    "cause": _("the theme's root cause"),
    "fix": _("what is done about the theme"),
    "fixed_in": _("the version it is fixed in"),
    "due": _("until when it is to be solved"),
    "case": _("the case's number"),
    "me": _("your name"),
    "job": _("your job title"),
    "brand": _("the brand's name"),
    "community": _("the community's name"),
}
_PLACE: Final = re.compile(r"\{\{\s*([^{}|\n]{1,40}?)\s*(?:\|([^{}\n]{0,60}))?\}\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A template's words with its variables filled in; what is `empty` or `unknown` still stands there as {{name}}."""

    text: str
    empty: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The places to fill in by hand, as they stand in the text."""
        return tuple("{{" + name + "}}" for name in (*self.empty, *self.unknown))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill in what is known. No statement."""
    empty: dict[str, None] = {}
    unknown: dict[str, None] = {}

    def said(place: re.Match[str]) -> str:
        name, otherwise = place.group(1), place.group(2)
        if values.get(name):
            return values[name]
        if otherwise is not None and name in VARIABLES:
            return otherwise.strip()
        (empty if name in VARIABLES else unknown)[name] = None
        return "{{" + name + "}}"

    return Filled(_PLACE.sub(said, text), tuple(empty), tuple(unknown))


def unknown_in(text: str) -> list[str]:
    """The variables in a text that do not exist, each once."""
    names = [match.group(1) for match in _PLACE.finditer(text)]
    return [name for name in dict.fromkeys(names) if name not in VARIABLES]


def words_of(template: ReplyTemplate, tone: str) -> tuple[str, str]:
    """The template's words in this tone, or in the first it has, and which tone that is."""
    for wanted in (tone, *Tone.values):
        if template.texts.get(wanted):
            return template.texts[wanted], wanted
    return "", str(Tone.WARM)


def values_of(
    case: Case,
    by: Membership,
    *,
    details: Iterable[Detail] = (),
    question: str = "",
    clocks: Sequence[Clock] = (),
    language: str = "zh",
) -> dict[str, str]:
    """What the variables stand for in an answer of this person on this case. No statement beyond the case's own rows.

    The case comes with member, theme and workspace; what is not known is "".
    """
    theme, workspace = case.theme, case.workspace
    told = {detail.key: detail.words for detail in details}
    return {
        "member": "" if case.member.anonymous else case.member.name,
        "matter": case.title,
        "theme": theme.name if theme else "",
        "version": told.get("version", ""),
        "question": question,
        "cause": theme.root_cause.strip() if theme else "",
        "fix": theme.fix.strip() if theme else "",
        "fixed_in": theme.fixed_in if theme else "",
        "due": _due(clocks, workspace.time_zone, language),
        "case": case.label,
        "me": str(by),
        "job": by.job_title,
        "brand": workspace.name,
        "community": workspace.community_name or workspace.name,
    }


def _due(clocks: Sequence[Clock], zone: str, language: str) -> str:
    """Until when it is to be solved, as it is said in a sentence; "" where no such clock runs or its time is over."""
    now = timezone.now()
    running = [one.due_at for one in clocks if one.name == ClockName.RESOLUTION and not (one.met_at or one.stopped_at)]
    at = min((due for due in running if due > now), default=None)
    return said_until(at.astimezone(ZoneInfo(zone)), language) if at else ""


def said_until(at: datetime.datetime, language: str) -> str:
    """A local time as the end of a promise: 11月24日18:00前, by 18:00 on 24 November."""
    if language == "en":
        return f"by {at:%H:%M} on {at.day} {at:%B}"
    return f"{at.month}月{at.day}日{at:%H:%M}前"
