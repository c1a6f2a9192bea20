"""The draft of an announcement: three parts, and the way from report to fix as the journal has it."""

import datetime
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.journal.queries import history
from huixiang.themes.models import Theme

REPORTS_READ = 50  # the earliest reports tell the way; later ones add no step to it


@contextmanager
def community_language() -> Iterator[None]:
    """What the community reads is written in its language, not in the one of whoever presses the button."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@dataclass(frozen=True, slots=True)
class Parts:
    """The text of a draft."""

    title: str
    what_happened: str
    how_fixed: str
    what_next: str


@community_language()
def parts(theme: Theme) -> Parts:
    """The three parts from what is known of the theme; a person edits them."""
    return Parts(
        title=_("%(theme)s: solved in %(version)s") % {"theme": theme.name, "version": theme.fixed_in}
        if theme.fixed_in
        else _("%(theme)s: solved") % {"theme": theme.name},
        what_happened=_what_happened(theme),
        how_fixed="\n\n".join(filter(None, [theme.root_cause, theme.fix])),
        what_next=_what_next(theme),
    )


def _what_happened(theme: Theme) -> str:
    since = formats.date_format(timezone.localtime(theme.first_seen), "MONTH_DAY_FORMAT")
    told = ngettext(
        "Since %(since)s %(people)d member has told us about “%(theme)s”.",
        "Since %(since)s %(people)d members have told us about “%(theme)s”.",
        theme.people_count,
    ) % {"since": since, "people": theme.people_count, "theme": theme.name}
    return told + _(" We are sorry for the trouble.")


def _what_next(theme: Theme) -> str:
    if theme.fixed_in:
        return _(
            "%(version)s contains the fix. If it still happens to you afterwards, sign in and tell us here: it goes "
            "straight back to the person who handled it."
        ) % {"version": theme.fixed_in}
    return _(
        "If it still happens to you, sign in and tell us here: it goes straight back to the person who handled it."
    )


@community_language()
def way(theme: Theme) -> list[dict[str, str]]:
    """The steps as {at (ISO), title, text}, oldest first: received, first answer, confirmed, fixing, fixed."""
    reports = list(
        Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id)
        .order_by("said_at")
        .values_list("id", "case_id", "said_at", "public", "title")[:REPORTS_READ]
    )
    subjects: list[uuid.UUID] = [theme.id, *(row[1] for row in reports if row[1])]
    steps = [_received(theme, reports[0][2])] if reports else []
    seen: set[str] = set()
    for entry in history(workspace_id=theme.workspace_id, subjects=subjects, limit=2_000):
        step = _step(entry, theme)
        if step and step[0] not in seen:
            seen.add(step[0])
            steps.append({"at": entry.at.isoformat(), "title": step[1], "text": step[2]})
    return sorted(steps, key=lambda one: one["at"])


def _received(theme: Theme, said_at: datetime.datetime) -> dict[str, str]:
    others = theme.people_count - 1
    text = (
        ngettext("%(count)d more person said the same.", "%(count)d more people said the same.", others)
        % {"count": others}
        if others > 0
        else ""
    )
    return {"at": said_at.isoformat(), "title": _("The first report"), "text": text}


def _step(entry: Entry, theme: Theme) -> tuple[str, str, str] | None:
    """(key, title, text) of an entry worth telling in public, None for the others. Reasons stay inside."""
    if entry.name == "cases.answered" and entry.data.get("first"):
        return "answered", _("The first answer"), ""
    if entry.name == "themes.moved":
        titles = {
            "confirmed": _("Confirmed"),
            "fixing": _("The cause is found, the fix is under way"),
            "fixed": _("Fixed"),
        }
        after = entry.data["after"]
        if after in titles:
            fixed = (
                _("in %(version)s") % {"version": theme.fixed_in}
                if after == "fixed" and theme.fixed_in
                else ""
            )
            return after, titles[after], fixed
    return None
