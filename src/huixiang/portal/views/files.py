"""Files of the community: everybody's where the words are public, else their author's, by login or follow code."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases.files import shared_id, turn_of
from huixiang.cases.states import Lane
from huixiang.intake.attachments.queries import attachment_by_id, message_of
from huixiang.intake.models import Attachment, Message, MessageState
from huixiang.portal import limits
from huixiang.portal.access import Visit, community_page
from huixiang.portal.views.follow import followed
from huixiang.ui import files


@community_page
@require_POST
def upload(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take one file for what is being written; so many in ten minutes."""
    if limits.used_up(request, limits.UPLOADS):
        words = _("That were many files in a short time. Wait ten minutes; your words stand as they are.")
        return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8")
    limits.count(request, limits.UPLOADS)
    base = reverse("portal:files", args=[visit.workspace.slug])
    return files.uploaded(request, visit.workspace, base, upload=limits.metered(request))


@community_page
@require_safe
def waiting(request: HttpRequest, visit: Visit, ticket: str) -> HttpResponse:  # noqa: ARG001 - a view
    """The picture that was just uploaded, for whoever holds its ticket."""
    return files.waiting(visit.workspace, ticket)


@community_page
@require_safe
def download(request: HttpRequest, visit: Visit, attachment_id: UUID) -> HttpResponse:
    """A file, as a download only."""
    return files.download(_readable(request, visit, attachment_id))


@community_page
@require_safe
def picture(request: HttpRequest, visit: Visit, attachment_id: UUID) -> HttpResponse:
    """A picture in full."""
    return files.picture(_readable(request, visit, attachment_id), small=False)


@community_page
@require_safe
def thumb(request: HttpRequest, visit: Visit, attachment_id: UUID) -> HttpResponse:
    """A picture, small."""
    return files.picture(_readable(request, visit, attachment_id), small=True)


@community_page
@require_safe
def by_link(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:  # noqa: ARG001 - a view
    """A file by the personal link that went out on a channel that carries none."""
    shared = shared_id(token)
    found = attachment_by_id(workspace_id=visit.workspace.id, attachment_id=shared) if shared else None
    if found is None:
        raise Http404
    return files.download(found)


def _readable(request: HttpRequest, visit: Visit, attachment_id: UUID) -> Attachment:
    """The file if this visitor may have it; nobody else can tell that it exists (404)."""
    found = attachment_by_id(workspace_id=visit.workspace.id, attachment_id=attachment_id)
    if found is None or not _may_have(request, visit, found):
        raise Http404
    return found


def _may_have(request: HttpRequest, visit: Visit, found: Attachment) -> bool:
    code = followed(request, visit)
    reader = {visit.member.id if visit.member else None, code.member_id if code else None} - {None}
    if found.turn_id:
        turn = turn_of(found.turn_id)
        if turn is None or turn.lane == Lane.INTERNAL:
            return False
        return turn.lane == Lane.PUBLIC or turn.case.member_id in reader
    message = message_of(found)
    return message is not None and (_on_the_board(message) or bool({found.member_id, message.member_id} & reader))


def _on_the_board(message: Message) -> bool:
    return message.public and message.state in (MessageState.FEEDBACK, MessageState.TURN)
