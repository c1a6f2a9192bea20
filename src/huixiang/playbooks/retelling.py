"""The shipped playbooks in the other language: what nobody has rewritten is told anew, as a version of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.playbooks.editing import COPIED
from huixiang.playbooks.events import PlaybookPublished
from huixiang.playbooks.models import Playbook, PlaybookVersion, Step
from huixiang.playbooks.shipped import LANGUAGES, books
from huixiang.playbooks.states import VersionState
from huixiang.workspaces.models import Membership, Workspace


@dataclass(frozen=True, slots=True)
class Retold:
    """How many were told in the other language, and how many were left because somebody is rewriting them."""

    done: int
    left: int


def spoken(book: Playbook) -> str:
    """The language of ours whose words a playbook still has; "" when it is no shipped one or somebody rewrote it.

    Fetch the active version with its steps. Times and owners are nobody's language: a change of those does not count.
    """
    for language in LANGUAGES:
        told = _told(book.key, language)
        if told and book.active and told["name"] == book.name and _same(book.active, told):
            return language
    return ""


def _told(key: str, language: str) -> dict[str, Any] | None:
    return next((one for one in books(language) if one["key"] == key), None)


def _same(version: PlaybookVersion, told: dict[str, Any]) -> bool:
    words = {step["key"]: (step["title"], step.get("guide", "")) for step in told["step"]}
    return all(words.get(step.key) == (step.title, step.guide) for step in version.steps.all())


@transaction.atomic
def retell(*, workspace: Workspace, language: str, by: Membership) -> Retold:
    """Put every shipped playbook that still has its own words in force in this language, one of LANGUAGES.

    Each gets a new version with the steps as they are, in other words; cases that run keep theirs. One with a draft is
    left. Journal: playbooks.published for each.
    """
    steps = Prefetch("active__steps", queryset=Step.objects.order_by("position"))
    rows = Playbook.objects.select_for_update(of=("self",)).filter(workspace=workspace).select_related("active")
    other = [book for book in rows.prefetch_related(steps) if spoken(book) not in ("", language)]
    drafts = PlaybookVersion.objects.filter(playbook__in=other, state=VersionState.DRAFT)
    kept = set(drafts.values_list("playbook_id", flat=True))
    free = [book for book in other if book.id not in kept]
    _publish(free, language, by)
    return Retold(len(free), len(kept))


def _publish(found: Sequence[Playbook], language: str, by: Membership) -> None:
    """Store a version of each in the language, and put it in force."""
    last = dict(PlaybookVersion.objects.filter(playbook__in=found).values_list("playbook").annotate(last=Max("number")))
    notes, now = [], timezone.now()
    for book in found:
        told = _told(book.key, language)
        if told is None or book.active is None:
            continue
        version = PlaybookVersion.objects.create(
            workspace_id=book.workspace_id, playbook=book, number=last[book.id] + 1, state=VersionState.PUBLISHED,
            conditions=book.active.conditions, note=_("The same in other words: %(name)s") % {"name": told["name"]},
            by=by, published_at=now,
        )  # fmt: skip
        Step.objects.bulk_create(_steps(version, book.active, told))
        Playbook.objects.filter(id=book.id).update(active=version, name=told["name"], about=told["note"])
        published = PlaybookPublished(subject=book.id, version=version.number, back=False)
        notes.append(Note(published, version.note, Actor("staff", by.id)))
    if notes:
        record_all(notes, workspace_id=found[0].workspace_id)


def _steps(version: PlaybookVersion, before: PlaybookVersion, told: dict[str, Any]) -> list[Step]:
    words = {step["key"]: {"title": step["title"], "guide": step.get("guide", "")} for step in told["step"]}
    return [
        Step(
            workspace_id=version.workspace_id, version=version, position=step.position,
            **{name: getattr(step, name) for name in COPIED} | words[step.key],
        )
        for step in before.steps.all()
    ]  # fmt: skip
