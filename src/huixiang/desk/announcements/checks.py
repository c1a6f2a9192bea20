"""What is looked at before an announcement is published: each answer is computed from what is really there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.announcements.audience import Audience
from huixiang.announcements.models import Announcement, Credit
from huixiang.announcements.queries import shown_name
from huixiang.members.models import Consent

APOLOGIES: Final = ("对不起", "抱歉", "道歉", "歉意", "sorry", "apolog")
A_VERSION_OR_DATE: Final = re.compile(r"\d+\.\d+|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}-\d{2}-\d{2}|[vV]\d")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it holds, in words, and what it rests on."""

    holds: bool
    words: str
    detail: str = ""


def checks(announcement: Announcement, credited: Sequence[Credit]) -> list[Check]:
    """What the text decides: apology, version, names by consent."""
    text = f"{announcement.what_happened}\n{announcement.how_fixed}\n{announcement.what_next}"
    return [_apology(text), _version(announcement, text), _consent(text, credited)]


def _apology(text: str) -> Check:
    found = next((word for word in APOLOGIES if word in text.lower()), "")
    return Check(bool(found), _("It apologises"), f"“{found}”" if found else _("no word of apology found"))


def _version(announcement: Announcement, text: str) -> Check:
    fixed_in = announcement.theme.fixed_in
    if fixed_in and fixed_in in text + announcement.title:
        return Check(True, _("It names the version or the date"), fixed_in)
    found = A_VERSION_OR_DATE.search(announcement.how_fixed + announcement.what_next)
    return Check(bool(found), _("It names the version or the date"), found.group() if found else "")


def _consent(text: str, credited: Sequence[Credit]) -> Check:
    """The thanks follow consent by themselves; looked at is whether the text itself names anybody without it."""
    told = [c.member.name for c in credited if not shown_name(c.member)[1] and len(c.member.name) > 1]
    named = [name for name in told if name in text]
    waiting = sum(c.member.credit_consent == Consent.UNANSWERED and not c.member.anonymous for c in credited)
    detail = ngettext("%(n)d has not answered", "%(n)d have not answered", waiting) % {"n": waiting} if waiting else ""
    return Check(not named, _("Only those are named who agreed"), "、".join(named) or detail)


def reach(audience: Audience) -> Check:
    """Everybody reachable: looked at when the page is opened, for typing changes nothing about it."""
    missing = len(audience.unreachable)
    detail = ngettext("no way to %(n)d person", "no way to %(n)d people", missing) % {"n": missing} if missing else ""
    return Check(not missing, _("Everybody concerned can be reached"), detail)
