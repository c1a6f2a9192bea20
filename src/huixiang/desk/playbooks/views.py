"""The playbooks of a workspace, one with its versions, and what a draft would have changed."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.dialogue.queries import keys as template_keys
from huixiang.kernel.errors import Refused
from huixiang.playbooks import editing, queries, retelling, wording
from huixiang.playbooks.comparing import compare
from huixiang.playbooks.models import Playbook, PlaybookVersion
from huixiang.playbooks.shipped import language_of
from huixiang.playbooks.states import DoneBy, Starts
from huixiang.playbooks.trying import DAYS, LISTED, try_out
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission

TAB = "settings_playbooks"


def book_of(membership: Membership, playbook_id: uuid.UUID) -> Playbook:
    """The playbook of an address, 404 when it is not of this workspace."""
    found: Playbook = access.found(
        queries.playbook_by_id(workspace_id=membership.workspace_id, playbook_id=playbook_id)
    )
    return found


def address_of(membership: Membership, playbook: Playbook, view: str = "playbook") -> str:
    """A page of a playbook."""
    return reverse(f"desk:{view}", args=[membership.workspace.slug, playbook.id])


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All of them in the order they are asked."""
    accounts, here = _accounts(membership.workspace), language_of(get_language() or "")
    found = queries.playbooks(membership.workspace, language=here)
    books = [
        (book, wording.conditions_in_words(book.active.conditions, accounts) if book.active else []) for book in found
    ]
    return access.shown(
        request, membership, "desk/playbooks/listing.html", "settings", tab=TAB, books=books, last=len(books),
        foreign=sum(retelling.spoken(book) not in ("", here) for book in found),
    )  # fmt: skip


def _accounts(workspace: Workspace) -> dict[str, str]:
    return wording.accounts_of(queries.account_names(workspace.id))


@access.page()
def playbook(request: HttpRequest, membership: Membership, playbook_id: uuid.UUID) -> HttpResponse:
    """One: its steps as a line, when it is taken, its versions; `?version=` shows another one and what is new in it."""
    book = book_of(membership, playbook_id)
    versions = queries.versions(book)
    shown = _asked(versions, request.GET.get("version", "")) or _first(book, versions)
    before = next((one for one in versions if shown and one.number < shown.number), None)
    accounts, day = _accounts(membership.workspace), WorkingHours.of(membership.workspace).day_minutes
    return access.shown(
        request, membership, "desk/playbooks/playbook.html", "settings", tab=TAB, book=book, versions=versions,
        shown=shown, before=before, draft=next((one for one in versions if one.state == "draft"), None),
        conditions=wording.conditions_in_words(shown.conditions, accounts) if shown else [],
        steps=steps_in_words(shown, day, membership.workspace) if shown else [],
        changes=compare(before, shown, accounts, day) if shown and before else [],
    )  # fmt: skip


def _asked(versions: list[PlaybookVersion], wanted: str) -> PlaybookVersion | None:
    return next((one for one in versions if str(one.number) == wanted), None)


def _first(book: Playbook, versions: list[PlaybookVersion]) -> PlaybookVersion | None:
    """The one in force, else the newest."""
    return next((one for one in versions if one.id == book.active_id), versions[0] if versions else None)


def steps_in_words(version: PlaybookVersion, day_minutes: int, workspace: Workspace) -> list[dict[str, Any]]:
    """The steps of a version as its page tells them."""
    steps = list(version.steps.all())
    titles, templates = editing.step_titles(steps), dict(template_keys(workspace))
    return [
        {
            "step": step, "owner": wording.owner_in_words(step), "due": wording.due_in_words(step, day_minutes),
            "only_if": wording.only_if(step, titles), "done": DoneBy(step.done_by).label,
            "by_hand": step.starts == Starts.MANUAL, "template": templates.get(step.template_key, ""),
        }
        for step in steps
    ]  # fmt: skip


@access.verb(Permission.CONFIGURE)
def make(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A new one, to be written at once."""
    book = editing.make(workspace=membership.workspace, name=request.POST.get("name", ""), by=membership)
    return access.done(request, _("Write its steps; nobody is given it before it is published."),
                       address_of(membership, book, "playbook_edit"))  # fmt: skip


@access.verb(Permission.CONFIGURE)
def retell(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Put the shipped ones that nobody rewrote in force in the language of the page."""
    told = retelling.retell(
        workspace=membership.workspace, language=language_of(get_language() or ""), by=membership
    )
    said = ngettext("%(n)d playbook is told in this language now.", "%(n)d playbooks are told in this language now.",
                    told.done) % {"n": told.done}  # fmt: skip
    if told.left:
        said += " " + ngettext("%(n)d has a draft and was left.", "%(n)d have drafts and were left.",
                               told.left) % {"n": told.left}  # fmt: skip
    return access.done(request, said, reverse("desk:settings_playbooks", args=[membership.workspace.slug]))


@access.verb(Permission.CONFIGURE)
def act(request: HttpRequest, membership: Membership, playbook_id: uuid.UUID) -> HttpResponse:
    """Switch it on or off, copy it, ask it earlier or later, go back to a version, throw the draft away."""
    book, what = book_of(membership, playbook_id), request.POST.get("do", "")
    here = access.back(request, address_of(membership, book))
    if what in ("on", "off"):
        editing.switch(playbook=book, on=what == "on", by=membership)
        said = _("New cases get it.") if what == "on" else _("New cases do not get it any more; what runs goes on.")
        return access.done(request, said, here)
    if what in ("up", "down"):
        editing.move(playbook=book, up=what == "up", by=membership)
        return access.done(request, "", here)
    if what == "copy":
        made = editing.copy(playbook=book, by=membership)
        return access.done(request, _("Copied. Change it and publish it."), address_of(membership, made))
    if what == "discard":
        editing.discard(playbook=book)
        return access.done(request, _("The draft is gone."), _after_discarding(membership, book))
    return _back(request, membership, book)


def _after_discarding(membership: Membership, book: Playbook) -> str:
    if book.active_id:
        return address_of(membership, book)
    return reverse("desk:settings_playbooks", args=[membership.workspace.slug])


def _back(request: HttpRequest, membership: Membership, book: Playbook) -> HttpResponse:
    number = request.POST.get("version", "")
    if request.POST.get("do") != "back" or not (number.isascii() and number.isdigit()):
        raise Refused(_("Choose what is to be done with it."))
    editing.go_back(playbook=book, number=int(number[:9]), by=membership)
    said = _("Version %(n)s is in force again.") % {"n": number}
    return access.done(request, said, address_of(membership, book))


@access.page()
def trial(request: HttpRequest, membership: Membership, playbook_id: uuid.UUID) -> HttpResponse:
    """Try what is being written, else what is in force, on the cases of the last thirty days."""
    book = book_of(membership, playbook_id)
    version = queries.draft_of(book) or book.active
    result = try_out(workspace=membership.workspace, draft=_named(version, book)) if version else None
    accounts = _accounts(membership.workspace)
    return access.shown(
        request, membership, "desk/playbooks/trial.html", "settings", tab=TAB, book=book, version=version,
        trial=result, days=DAYS, most=LISTED,
        conditions=wording.conditions_in_words(version.conditions, accounts) if version else [],
    )  # fmt: skip


def _named(version: PlaybookVersion, book: Playbook) -> PlaybookVersion:
    version.playbook = book
    return version
