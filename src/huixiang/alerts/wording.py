"""What an alert says: its title is the thing it is about, its reason a sentence with figures, in the reader's language.

Names and titles are read when they are shown, masked as everywhere; what is gone or erased leaves no words here.
"""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.alerts.models import SEVERITY_RANK, Alert, AlertKind, Severity, SubjectKind
from huixiang.alerts.rules import RULES
from huixiang.cases.models import Case, ClockName, PendingAnswer
from huixiang.channels.models import ChannelAccount
from huixiang.members.models import Tier
from huixiang.themes.models import Theme
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Workspace

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about, as it is called now; `grade` of cases and themes, `by` of what somebody wrote."""

    title: str
    address: str
    grade: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as a person reads it."""

    alert: Alert
    rule: str
    glyph: str
    severity: str
    title: str
    reason: str
    address: str
    grade: str


def order(alert: Alert) -> tuple[int, float]:
    """What presses comes first, then what is latest."""
    return SEVERITY_RANK[Severity(alert.severity)], -alert.last_at.timestamp()


def tell_all(workspace: Workspace, alerts: Sequence[Alert]) -> list[Told]:
    """These alerts in words, in their order: a statement for each kind of subject there is among them."""
    known = subjects(workspace, alerts)
    return [_told(one, known.get(one.subject_id)) for one in alerts]


def _told(alert: Alert, subject: Subject | None) -> Told:
    subject = subject or Subject(_("(no longer there)"), "")
    return Told(
        alert=alert, rule=str(AlertKind(alert.rule).label), glyph=RULES[alert.rule].glyph,
        severity=str(Severity(alert.severity).label), title=subject.title, reason=reason(alert, subject.by),
        address=subject.address, grade=subject.grade,
    )  # fmt: skip


def subjects(workspace: Workspace, alerts: Sequence[Alert]) -> dict[uuid.UUID, Subject]:
    """What they are about, as it is called now."""
    found: dict[uuid.UUID, Subject] = {}
    for kind, named in _NAMED.items():
        if ids := {one.subject_id for one in alerts if one.subject_kind == kind}:
            found |= named(workspace, sorted(ids))
    return found


def _cases(workspace: Workspace, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    rows = Case.objects.filter(workspace=workspace, id__in=ids).only("number", "title", "grade", "workspace_id")
    return {one.id: Subject(f"{one.label} {one.title}", _at(workspace, "case", "case_id", one.id), one.grade)
            for one in rows}  # fmt: skip


def _answers(workspace: Workspace, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """By the case they are on, at the place where somebody decides."""
    rows = PendingAnswer.objects.filter(workspace=workspace, id__in=ids).select_related("case", "by__user")
    return {one.id: Subject(f"{one.case.label} {one.case.title}",
                            _at(workspace, "case", "case_id", one.case_id) + "#pending", one.case.grade, str(one.by))
            for one in rows}  # fmt: skip


def _themes(workspace: Workspace, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    rows = Theme.objects.filter(workspace=workspace, id__in=ids).only("name", "worst_grade", "workspace_id")
    return {one.id: Subject(one.name, _at(workspace, "theme", "theme_id", one.id), one.worst_grade) for one in rows}


def _accounts(workspace: Workspace, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    rows = ChannelAccount.objects.filter(workspace=workspace, id__in=ids)
    return {one.id: Subject(one.name, _at(workspace, "channel", "account_id", one.id)) for one in rows}


def _rooms(workspace: Workspace, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    rows = Room.objects.filter(workspace=workspace, id__in=ids)
    return {one.id: Subject(one.title, _at(workspace, "war_room", "room_id", one.id), one.grade) for one in rows}


_NAMED: Final[dict[str, Callable[[Workspace, Sequence[uuid.UUID]], dict[uuid.UUID, Subject]]]] = {
    SubjectKind.CASE: _cases, SubjectKind.THEME: _themes, SubjectKind.ACCOUNT: _accounts, SubjectKind.ROOM: _rooms,
    SubjectKind.ANSWER: _answers,
}  # fmt: skip


def _at(workspace: Workspace, view: str, argument: str, subject_id: uuid.UUID) -> str:
    try:
        return reverse(f"desk:{view}", kwargs={"workspace": workspace.slug, argument: subject_id})
    except NoReverseMatch:  # an installation without that page
        return ""


def reason(alert: Alert, by: str = "") -> str:
    """Why it was raised, with its figures; `by`: who wrote what it is about."""
    return _REASONS[alert.rule]({**alert.figures, "by": by or _("Somebody who left")})


def _moment(text: str) -> str:
    if not text:
        return ""
    return date_format(timezone.localtime(datetime.datetime.fromisoformat(text)), "m-d H:i", use_l10n=False)


def _with(said: str, more: str) -> str:
    """Two sentences; between Chinese ones stands no blank."""
    return _("%(said)s %(more)s") % {"said": said, "more": more} if more else said


def _red(figures: Figures) -> str:
    if figures.get("answered"):
        return _("A red case that was answered and is not solved yet.")
    return _("A red case nobody has answered yet.")


def _safety(figures: Figures) -> str:
    if talk := figures.get("talk"):
        return ngettext(
            "%(n)d message that was taken for no feedback has words of danger in it. Look whether it was right.",
            "%(n)d messages that were taken for no feedback have words of danger in them. Look whether that was right.",
            talk,
        ) % {"n": talk}
    return ngettext(
        "%(people)d person told of a danger to life, health or money within %(days)d days.",
        "%(people)d people told of a danger to life, health or money within %(days)d days.", figures["people"],
    ) % dict(figures)  # fmt: skip


def _clock(figures: Figures) -> str:
    words = {"clock": _clock_name(str(figures["clock"])), "at": _moment(figures["due_at"])}
    if figures.get("level"):
        return _("%(clock)s was due at %(at)s and has been passed up to step %(level)d of the chain.") % (
            words | {"level": figures["level"]}
        )
    if figures.get("late"):
        return _("%(clock)s was due at %(at)s.") % words
    return _("%(clock)s is due at %(at)s; most of the time is used.") % words


def _clock_name(name: str) -> str:
    return str(ClockName(name).label) if name in ClockName.values else name


def _koc(figures: Figures) -> str:
    words = {"tier": Tier(figures["tier"]).label, "hours": figures["hours"], "at": _moment(figures["due_at"])}
    if figures.get("late"):
        return _("%(tier)s: has waited %(hours)d hours for our answer, which was due at %(at)s.") % words
    return _("%(tier)s: has waited %(hours)d hours for our answer, due at %(at)s.") % words


def _critic(figures: Figures) -> str:
    words = {"tier": Tier(figures["tier"]).label, "n": figures["said"], "reach": figures.get("reach", 0)}
    said = ngettext("%(tier)s criticised us %(n)d time.", "%(tier)s criticised us %(n)d times.", words["n"]) % words
    return _with(said, _("About %(reach)d people read them.") % words if words["reach"] else "")


def _rise(figures: Figures) -> str:
    return _("%(people)d people spoke of it within %(days)d days; its past makes %(expected)s likely.") % dict(figures)


def _anger(figures: Figures) -> str:
    return _(
        "%(angry)d of %(people)d people who spoke within %(days)d days are angry, %(share)d per cent; usual are "
        "%(expected)s people and %(usual)d per cent."
    ) % dict(figures)


def _silence(figures: Figures) -> str:
    return _(
        "Nothing came in for %(hours)d hours; by its own rhythm about %(expected)d messages would have come meanwhile."
    ) % dict(figures)


def _room(figures: Figures) -> str:
    return _("The next update was promised for %(at)s.") % {"at": _moment(figures["due_at"])}


def _step(figures: Figures) -> str:
    words = {"step": figures["title"], "at": _moment(figures["due_at"])}
    return (_("“%(step)s” was due at %(at)s.") if figures.get("late") else _("“%(step)s” is due at %(at)s.")) % words


def _approval(figures: Figures) -> str:
    words = {"name": figures["by"], "at": _moment(figures["at"])}
    if figures.get("late"):
        return _("A public answer of %(name)s still waits for a second person's yes, since %(at)s.") % words
    return _("A public answer of %(name)s waits for a second person's yes since %(at)s.") % words


def _paused(figures: Figures) -> str:
    said = _("The channel is paused: nothing goes out until somebody resumes it.")
    return _with(said, str(figures.get("why", "")))


def _failed(figures: Figures) -> str:
    said = ngettext(
        "%(n)d message did not arrive within the last day.", "%(n)d messages did not arrive within the last day.",
        figures["messages"],
    ) % {"n": figures["messages"]}  # fmt: skip
    return _with(said, str(figures.get("why", "")))


_REASONS: Final[dict[str, Callable[[Figures], str]]] = {
    AlertKind.RED: _red, AlertKind.SAFETY: _safety, AlertKind.ROOM: _room, AlertKind.CLOCK: _clock,
    AlertKind.KOC: _koc, AlertKind.CRITIC: _critic, AlertKind.RISE: _rise, AlertKind.ANGER: _anger,
    AlertKind.SILENCE: _silence, AlertKind.STEP: _step, AlertKind.PAUSED: _paused, AlertKind.FAILED: _failed,
    AlertKind.APPROVAL: _approval,
}  # fmt: skip
