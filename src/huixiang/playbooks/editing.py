"""Writing playbooks: a draft is changed as often as one likes, published once, and never changed after that."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_code
from huixiang.playbooks import events
from huixiang.playbooks.choosing import tidy
from huixiang.playbooks.models import Playbook, PlaybookVersion, Step
from huixiang.playbooks.queries import draft_of
from huixiang.playbooks.states import OwnerKind, StepKind, VersionState
from huixiang.workspaces.models import Membership, Workspace

LONGEST_NAME: Final = 40
LONGEST_ABOUT: Final = 200
MOST_STEPS: Final = 40
LONGEST_MINUTES: Final = 60 * 24 * 90
COPIED: Final = (
    "key", "kind", "title", "guide", "owner_kind", "person_id", "role", "rota_id", "minutes", "around_the_clock",
    "counted_from", "starts", "done_by", "template_key", "min_grade", "min_tier", "kinds", "only_missing", "after_key",
    "after_state",
)  # fmt: skip
Fields = Mapping[str, Any]  # of a step, by the names in COPIED


def new_key() -> str:
    """The key of a step nobody shipped."""
    return f"own-{new_code().replace('-', '').lower()}"


def _actor(by: Membership) -> Actor:
    return Actor("staff", by.id)


def _locked(playbook: Playbook) -> Playbook:
    return Playbook.objects.select_for_update(of=("self",)).select_related("active").get(id=playbook.id)


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Refused(_("Give it a name."))
    return name[:LONGEST_NAME]


@transaction.atomic
def make(*, workspace: Workspace, name: str, by: Membership) -> Playbook:
    """A new playbook with a draft without steps, asked last and switched off. Journal: playbooks.made."""
    book = _made(workspace, _name(name))
    _new_version(book, by, {}, ())
    record(events.PlaybookMade(subject=book.id, copied_from=None), workspace_id=workspace.id, actor=_actor(by))
    return book


@transaction.atomic
def copy(*, playbook: Playbook, by: Membership) -> Playbook:
    """A copy with what is being written, else what is in force, as its draft; switched off. Journal: playbooks.made."""
    source = draft_of(playbook) or playbook.active
    name = _("%(name)s, copy") % {"name": playbook.name[: LONGEST_NAME - 8]}
    book = _made(playbook.workspace, name, playbook.about)
    steps = [_fields(step) for step in source.steps.all()] if source else []
    _new_version(book, by, source.conditions if source else {}, steps)
    made = events.PlaybookMade(subject=book.id, copied_from=playbook.id)
    record(made, workspace_id=playbook.workspace_id, actor=_actor(by))
    return book


def _made(workspace: Workspace, name: str, about: str = "") -> Playbook:
    last = Playbook.objects.filter(workspace=workspace).aggregate(last=Max("position"))["last"]
    return Playbook.objects.create(
        workspace=workspace, key=new_key(), name=name, about=about, position=(last or 0) + 1, on=False
    )


def _fields(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in COPIED}


def _new_version(
    book: Playbook, by: Membership, conditions: Mapping[str, Sequence[str]], steps: Sequence[Fields]
) -> PlaybookVersion:
    last = book.versions.aggregate(last=Max("number"))["last"] or 0
    version = PlaybookVersion.objects.create(
        workspace_id=book.workspace_id, playbook=book, number=last + 1, conditions=tidy(conditions), by=by
    )
    _write(version, steps)
    return version


def _write(version: PlaybookVersion, steps: Sequence[Fields]) -> None:
    version.steps.all().delete()
    Step.objects.bulk_create(
        Step(workspace_id=version.workspace_id, version=version, position=place, **fields)
        for place, fields in enumerate(steps, 1)
    )


@transaction.atomic
def save_draft(
    *,
    playbook: Playbook,
    name: str,
    conditions: Mapping[str, Sequence[str]],
    steps: Sequence[Fields],
    by: Membership,
    about: str | None = None,
) -> PlaybookVersion:
    """Keep what is being written as the playbook's draft; there is one, and nobody is given it before it is published.

    The name, and what it is `about`, are the playbook's own and change at once. What runs on cases and what new ones
    get stays as it is.
    Raises Refused for too many steps, a time out of reach, and people or rotas of elsewhere.
    """
    book = _locked(playbook)
    _check(book, steps)
    about = book.about if about is None else " ".join(about.replace("\x00", "").split())[:LONGEST_ABOUT]
    Playbook.objects.filter(id=book.id).update(name=_name(name), about=about)
    draft = draft_of(book)
    if draft is None:
        return _new_version(book, by, conditions, steps)
    draft.conditions, draft.by, draft.created_at = tidy(conditions), by, timezone.now()
    draft.save(update_fields=["conditions", "by", "created_at"])
    _write(draft, steps)
    return draft


def _check(book: Playbook, steps: Sequence[Fields]) -> None:
    if len(steps) > MOST_STEPS:
        raise Refused(_("A playbook has at most %(n)d steps.") % {"n": MOST_STEPS})
    for fields in steps:
        minutes = fields.get("minutes")
        if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
            raise Refused(_("“%(step)s”: the time must lie between one minute and ninety days.") % {
                "step": fields["title"]
            })  # fmt: skip
    people = {one for fields in steps if (one := fields.get("person_id"))}
    lists = {one for fields in steps if (one := fields.get("rota_id"))}
    team = Membership.everybody.filter(workspace_id=book.workspace_id, id__in=people).count()
    if team != len(people) or book.workspace.rotas.filter(id__in=lists).count() != len(lists):
        raise Refused(_("Choose somebody of the team."))


@transaction.atomic
def publish(*, playbook: Playbook, note: str, by: Membership) -> PlaybookVersion:
    """Put the draft in force: new cases get it from now on, those that run keep theirs. Journal: playbooks.published.

    Raises Refused without a draft, without a note of what is new, and for a draft that cannot be worked by.
    """
    book = _locked(playbook)
    draft = draft_of(book)
    if draft is None:
        raise Refused(_("There is no draft to publish."))
    if not note.strip():
        raise Refused(_("Write what is new in it."))
    _workable(list(draft.steps.all()))
    draft.state, draft.note, draft.by = VersionState.PUBLISHED, note.replace("\x00", "").strip()[:300], by
    draft.published_at = timezone.now()
    draft.save(update_fields=["state", "note", "by", "published_at"])
    first = book.active is None
    Playbook.objects.filter(id=book.id).update(active=draft, **({"on": True} if first else {}))
    told = events.PlaybookPublished(subject=book.id, version=draft.number, back=False)
    record(told, workspace_id=book.workspace_id, actor=_actor(by), words=draft.note)
    return draft


def _workable(steps: Sequence[Step]) -> None:
    if not steps:
        raise Refused(_("Give it at least one step."))
    places = {step.key: step.position for step in steps}
    for step in steps:
        told = {"step": step.title}
        if step.kind == StepKind.OWN and not step.title:
            raise Refused(_("Give every step of your own a title."))
        if step.after_key and places.get(step.after_key, step.position) >= step.position:
            raise Refused(_("“%(step)s” waits for a step that does not stand before it.") % told)
        chosen = {OwnerKind.PERSON: step.person_id, OwnerKind.ROLE: step.role, OwnerKind.ROTA: step.rota_id}
        if step.owner_kind in chosen and not chosen[OwnerKind(step.owner_kind)]:
            raise Refused(_("Say whose “%(step)s” is.") % told)


@transaction.atomic
def discard(*, playbook: Playbook) -> None:
    """Throw the draft away; a playbook that never had anything else goes with it.

    Nothing changes that anybody was given, so that the journal has nothing to tell.
    """
    book = _locked(playbook)
    book.versions.filter(state=VersionState.DRAFT).delete()
    if book.active is None and not book.versions.exists():
        book.delete()


@transaction.atomic
def go_back(*, playbook: Playbook, number: int, by: Membership) -> None:
    """Put an earlier version in force again as it was; nothing is lost of later ones. Journal: playbooks.published."""
    book = _locked(playbook)
    version = book.versions.filter(number=number, state=VersionState.PUBLISHED).first()
    if version is None:
        raise Refused(_("There is no such version."))
    if book.active_id == version.id:
        return
    Playbook.objects.filter(id=book.id).update(active=version)
    told = events.PlaybookPublished(subject=book.id, version=version.number, back=True)
    record(told, workspace_id=book.workspace_id, actor=_actor(by))


@transaction.atomic
def switch(*, playbook: Playbook, on: bool, by: Membership) -> None:
    """Let new cases get it, or not; what runs goes on. Journal: playbooks.switched, when it changed."""
    book = _locked(playbook)
    if on and book.active is None:
        raise Refused(_("Publish it first."))
    if book.on == on:
        return
    Playbook.objects.filter(id=book.id).update(on=on)
    record(events.PlaybookSwitched(subject=book.id, on=on), workspace_id=book.workspace_id, actor=_actor(by))


@transaction.atomic
def move(*, playbook: Playbook, up: bool, by: Membership) -> None:
    """Ask it one place earlier, or later. Journal: playbooks.moved, when there was a place to go to."""
    rows = Playbook.objects.select_for_update().filter(workspace_id=playbook.workspace_id).order_by("position", "id")
    books = list(rows)
    place = next(at for at, one in enumerate(books) if one.id == playbook.id)
    to = place - 1 if up else place + 1
    if not 0 <= to < len(books):
        return
    books[place], books[to] = books[to], books[place]
    for position, book in enumerate(books, 1):
        book.position = position
    Playbook.objects.bulk_update(books, ["position"])
    moved = events.PlaybookMoved(subject=playbook.id, position=to + 1)
    record(moved, workspace_id=playbook.workspace_id, actor=_actor(by))


def step_titles(steps: Sequence[Step]) -> dict[str, str]:
    """The title of each step by its key."""
    return {step.key: step.title for step in steps}


def rows_of(version: PlaybookVersion) -> list[dict[str, Any]]:
    """The steps of a version as the editor takes them up."""
    return [_fields(step) for step in version.steps.all()]
