"""Files at the desk: taken for an answer, a note or an interview.

Nothing in them is masked: pictures are shown to who answers members, files as they came to who may look behind the
mask.
"""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.intake.attachments.actions import opened
from huixiang.intake.attachments.fetching import ask_again
from huixiang.intake.attachments.queries import attachment_by_id, awaited_by_id
from huixiang.intake.models import Attachment
from huixiang.ui import files
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _file(membership: Membership, attachment_id: uuid.UUID) -> Attachment:
    found: Attachment = access.found(
        attachment_by_id(workspace_id=membership.workspace_id, attachment_id=attachment_id)
    )
    return found


@access.verb(Permission.REPLY)
def upload(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Take one file for what is being written."""
    base = reverse("desk:files", args=[membership.workspace.slug])
    return files.uploaded(request, membership.workspace, base, pdfs=True)


@access.page(Permission.REPLY)
def waiting(request: HttpRequest, membership: Membership, ticket: str) -> HttpResponse:  # noqa: ARG001 - a view
    """The picture that was just uploaded."""
    return files.waiting(membership.workspace, ticket)


@access.page(Permission.REPLY)
def waiting_pdf(request: HttpRequest, membership: Membership, ticket: str) -> HttpResponse:  # noqa: ARG001 - a view
    """The PDF that was just uploaded, in a page of its own."""
    return files.waiting_pdf(membership.workspace, ticket)


@access.page(Permission.UNMASK)
def pdf(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    """A PDF in a page of its own; the journal keeps who looked."""
    found = _file(membership, attachment_id)
    answer = files.pdf(found)
    if request.method == "GET":
        opened(attachment=found, actor=access.actor(membership))
    return answer


@access.page(Permission.UNMASK)
def download(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    """A file, as a download only; the journal keeps who took it."""
    found = _file(membership, attachment_id)
    answer = files.download(found)
    if request.method == "GET":
        opened(attachment=found, actor=access.actor(membership))
    return answer


@access.page(Permission.UNMASK)
def words(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    """How a file of plain words begins, on the page; the journal keeps who looked."""
    found = _file(membership, attachment_id)
    text, more = files.beginning(found)
    opened(attachment=found, actor=access.actor(membership))
    return access.part(request, membership, "desk/cases/file_words.html", file=found, text=text, more=more)


@access.page(Permission.REPLY)
def picture(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    """A picture in full."""
    return files.picture(_file(membership, attachment_id), small=False)


@access.page(Permission.REPLY)
def thumb(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001
    """A picture, small."""
    return files.picture(_file(membership, attachment_id), small=True)


@access.page(Permission.REPLY)
def shown(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    """One file as it stands beside its message: here, being fetched, or why not."""
    return _beside(request, membership, attachment_id)


@access.verb(Permission.REPLY)
def again(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    """Let a file that lies with its platform be fetched once more."""
    found = access.found(awaited_by_id(workspace_id=membership.workspace_id, attachment_id=attachment_id))
    ask_again(attachment=found, actor=access.actor(membership))
    if not getattr(request, "htmx", False):
        return access.done(request, _("It is being fetched."), access.back(request, _inbox(membership)))
    return _beside(request, membership, attachment_id)


def _beside(request: HttpRequest, membership: Membership, attachment_id: uuid.UUID) -> HttpResponse:
    found = access.found(awaited_by_id(workspace_id=membership.workspace_id, attachment_id=attachment_id))
    base = reverse("desk:files", args=[membership.workspace.slug])
    return access.part(request, membership, "ui/file.html", file=found, base=base, team="team")


def _inbox(membership: Membership) -> str:
    return reverse("desk:inbox", args=[membership.workspace.slug])
