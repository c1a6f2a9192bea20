"""Learning from corrections: what people corrected, the version learned from it, switching on and back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.desk.feedback.correcting import Told, told
from huixiang.desk.vocabulary import field_name, finding_in_words
from huixiang.engine import MODEL_VERSION
from huixiang.kernel.pagination import Page
from huixiang.themes.queries import themes_by_id
from huixiang.triage.learned import LearnedChange, LearnedState, LearnedVersion
from huixiang.triage.learning import queries
from huixiang.triage.learning import versions as learning_versions
from huixiang.triage.learning.queries import Subject
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

MADE: Final = (LearnedState.WAITING, LearnedState.LEARNING)
READY: Final = (LearnedState.CANDIDATE, LearnedState.RETIRED)


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction in words, and what it is about."""

    told: Told
    about: Subject | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One line of a comparison: shares in per cent, and whether the gain is more than chance."""

    name: str
    count: int
    before: float
    after: float
    between: tuple[float, float]
    gain: float
    gain_between: tuple[float, float]

    @property
    def verdict(self) -> str:
        """better, worse, or "" when the interval spans zero."""
        low, high = self.gain_between
        return "better" if low > 0 else "worse" if high < 0 else ""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One feedback that would be read otherwise."""

    change: LearnedChange
    about: Subject | None
    fields: list[tuple[str, str, str]]


def _address(membership: Membership) -> str:
    return reverse("desk:settings_learning", args=[membership.workspace.slug])


def _version(membership: Membership, version_id: uuid.UUID) -> LearnedVersion:
    found: LearnedVersion = access.found(
        queries.version_by_id(workspace_id=membership.workspace_id, version_id=version_id)
    )
    return found


@access.page()
def learning(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What reads now, what is being learned, every correction, every version."""
    workspace_id, field = membership.workspace_id, request.GET.get("field", "")
    page = queries.listed(workspace_id=workspace_id, field=field, cursor=request.GET.get("cursor", ""))
    context: dict[str, Any] = {"rows": _rows(workspace_id, page.rows), "field": field, "next_cursor": page.next_cursor}
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/settings/learning_rows.html", **context)
    counted = queries.counted(workspace_id)
    context |= {
        "tabs": [(value, field_name(value), counted[value]) for value in Correction.Field.values if value in counted],
        "counted": sum(counted.values()), "learnable": queries.learnable(workspace_id),
        "least": learning_versions.LEAST, **_versions(workspace_id),
    }  # fmt: skip
    return access.shown(
        request, membership, "desk/settings/learning.html", "settings", tab="settings_learning", **context
    )


def _versions(workspace_id: uuid.UUID) -> dict[str, Any]:
    """The versions, which of them reads now, which is being made, and which waits for somebody."""
    found = queries.versions(workspace_id)
    active = next((one for one in found if one.state == LearnedState.ACTIVE), None)
    newest = found[0] if found else None
    return {
        "versions": found, "active": active, "base_version": MODEL_VERSION,
        "before": learning_versions.before_that(active) if active else None,
        "stale": active is not None and active.base_version != MODEL_VERSION,
        "making": next((one for one in found if one.state in MADE), None),
        "candidate": newest if newest and newest.state == LearnedState.CANDIDATE else None,
        "failed": newest if newest and newest.state == LearnedState.FAILED else None,
    }  # fmt: skip


def _rows(workspace_id: uuid.UUID, rows: Sequence[Correction]) -> list[CorrectionRow]:
    """Three statements whatever the number: the feedbacks, the messages, the themes."""
    about = queries.subjects(workspace_id=workspace_id, ids=[row.subject_id for row in rows])
    moved = [row for row in rows if row.field == Correction.Field.THEME]
    ids = [uuid.UUID(text) for row in moved for text in (row.before, row.after)]
    themes = themes_by_id(workspace_id=workspace_id, ids=ids)
    names = {str(one): theme.name for one, theme in themes.items()}
    return [CorrectionRow(_named(told(row), names), about.get(row.subject_id)) for row in rows]


def _named(one: Told, themes: Mapping[str, str]) -> Told:
    """With the themes' names in place of their ids."""
    if one.row.field != Correction.Field.THEME:
        return one
    before, after = (themes.get(text, _("a theme that is gone")) for text in (one.before, one.after))
    return Told(one.row, one.field, before, after, one.by, one.batch)


@access.verb(Permission.CONFIGURE)
def train(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Begin a version from the corrections there are."""
    learning_versions.ask(workspace=membership.workspace, by=membership)
    said = _("A version is being learned. You can leave this page; it goes on.")
    return access.done(request, said, _address(membership))


@access.page()
def progress(request: HttpRequest, membership: Membership, learned_id: uuid.UUID) -> HttpResponse:
    """How far a version is; when it is made, the page is loaded anew."""
    version = _version(membership, learned_id)
    if version.state not in MADE:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return access.part(request, membership, "desk/settings/learning_progress.html", making=version)


@access.page()
def learned(request: HttpRequest, membership: Membership, learned_id: uuid.UUID) -> HttpResponse:
    """One version: its figures against what was in use, and what it would have changed lately."""
    version = _version(membership, learned_id)
    page = queries.changes(version=version, cursor=request.GET.get("cursor", ""))
    context: dict[str, Any] = {"version": version, "next_cursor": page.next_cursor, "rows": _changes(version, page)}
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/settings/learned_rows.html", **context)
    context |= {
        "on_corrections": _figures(version.figures.get("corrections", [])),
        "on_base": _figures(version.figures.get("base", [])),
        "effects": _effects(version.effects),
        "ready": version.state in READY and version.base_version == MODEL_VERSION,
    }
    return access.shown(
        request, membership, "desk/settings/learned.html", "settings", tab="settings_learning", **context
    )


def _figures(kept: Sequence[Mapping[str, Any]]) -> list[FigureRow]:
    names = {"gate": _("Whether it is feedback"), "polarity": _("Positive or negative")}
    return [
        FigureRow(
            names.get(one["question"]) or field_name(one["question"]), one["count"],
            100 * one["before"] / one["count"], 100 * one["after"] / one["count"],
            (100 * one["after_interval"][0], 100 * one["after_interval"][1]), 100 * one["gain"],
            (100 * one["gain_interval"][0], 100 * one["gain_interval"][1]),
        )
        for one in kept
    ]  # fmt: skip


def _effects(kept: Mapping[str, int]) -> dict[str, Any]:
    """The counts as the page shows them: findings, what would be lost or kept, steps between grades."""
    moved = [key.split(":")[1:] for key in kept if key.startswith("grade:")]
    grades = [(before, after, kept[f"grade:{before}:{after}"]) for before, after in moved]
    return {
        "looked": kept.get("feedbacks", 0), "left_out": kept.get("left_out", 0), "changed": kept.get("changed", 0),
        "lost": kept.get("lost", 0), "kept": kept.get("kept", 0),
        "fields": [(field_name(name), kept[name]) for name in ("kind", "severity", "sentiment") if kept.get(name)],
        "grades": sorted(grades, key=lambda one: -one[2]),
    }  # fmt: skip


def _changes(version: LearnedVersion, page: Page[LearnedChange]) -> list[ChangeRow]:
    about = queries.subjects(workspace_id=version.workspace_id, ids=[one.subject_id for one in page.rows])
    return [ChangeRow(one, about.get(one.subject_id), _fields(one)) for one in page.rows]


def _fields(change: LearnedChange) -> list[tuple[str, str, str]]:
    gates = {"0": "noise", "1": "feedback"}
    said = [
        (name, [gates.get(value, value) if name == "gate" else value for value in values])
        for name, values in change.fields.items()
    ]
    return [
        (field_name(name), finding_in_words(name, now), finding_in_words(name, then)) for name, (now, then) in said
    ]


@access.verb(Permission.CONFIGURE)
def switch_on(request: HttpRequest, membership: Membership, learned_id: uuid.UUID) -> HttpResponse:
    """Let this version read what comes in from now on."""
    version = learning_versions.switch_on(version=_version(membership, learned_id), by=membership)
    said = _("Version %(number)d reads from now on. What was read already stays as it is.") % {"number": version.number}
    return access.done(request, said, _address(membership))


@access.verb(Permission.CONFIGURE)
def back(request: HttpRequest, membership: Membership) -> HttpResponse:
    """One step back, or to the engine's own models at once."""
    to_base = request.POST.get("to") == "base"
    version = learning_versions.go_back(workspace=membership.workspace, by=membership, to_base=to_base)
    said = _("The engine's own models read again.")
    if version:
        said = _("Version %(number)d reads again.") % {"number": version.number}
    return access.done(request, said, _address(membership))
