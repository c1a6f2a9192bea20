"""Taking files from a form and handing them out, the same way for the desk and the portal."""

from collections.abc import Callable, Sequence
from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from huixiang.intake.attachments import actions, kinds, storage
from huixiang.intake.models import Attachment
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace

ACCEPT = ".jpg,.jpeg,.png,.webp,.gif,.heic,.pdf,.txt,.csv,.log,.xlsx,.docx"
FILMS = ",.mp4,.mov"
PDF = "application/pdf"
SEALED = "sandbox; default-src 'none'; frame-ancestors 'none'"
Upload = Callable[..., Attachment]  # attachments.actions.upload, or it with what a neighbour asks besides
SHOWN = 16 * 1024  # bytes of a file of plain words that are shown on the page
SLACK = 64 * 1024  # what a form weighs beside its file


def choices(*, films: bool = True) -> dict[str, object]:
    """What the field for files says to the browser, which tells the person before anything is sent."""
    accept = ACCEPT + (FILMS if films else "")
    return {"accept": accept, "most_files": actions.MOST_FILES, "most_bytes": kinds.largest()}


def uploaded(
    request: HttpRequest, workspace: Workspace, base: str, *, upload: Upload = actions.upload, pdfs: bool = False
) -> HttpResponse:
    """Take one file; answers the ticket that stands for it in a form, or (422) the sentence why not.

    `pdfs`: a PDF can be looked at before it is sent, at an address beside the picture's.
    """
    try:
        kept = _taken(request, workspace, upload)
    except Refused as refused:
        return HttpResponse(str(refused.sentence), status=422, content_type="text/plain; charset=utf-8")
    ticket = actions.ticket(kept)
    shown = f"{base}waiting/{ticket}/" if kept.picture else ""
    page = f"{base}waiting/{ticket}/pdf/" if pdfs and kept.media_type == PDF else ""
    return JsonResponse({"ticket": ticket, "name": kept.name, "size": kept.size, "preview": shown, "page": page})


def _taken(request: HttpRequest, workspace: Workspace, upload: Upload) -> Attachment:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > kinds.largest() + SLACK:
        raise Refused(_("This file is too large: up to %(most)d MB can be taken.") % {"most": kinds.largest() >> 20})
    file = request.FILES.get("file")
    if file is None:
        raise Refused(_("No file arrived. Choose it again."))
    return upload(workspace=workspace, name=str(file.name), file=file, size=file.size or 0)


def sent_with(
    request: HttpRequest, workspace: Workspace, *, upload: Upload = actions.upload
) -> list[Attachment]:
    """The files of a form: uploaded before (tickets) or, where the browser runs no script, with it.

    Raises Refused, in words, for one that is not taken, or too many.
    """
    claimed = actions.claimed(workspace_id=workspace.id, tickets=request.POST.getlist("attachments"))
    fresh = [file for file in request.FILES.getlist("files") if file.size]
    if len(claimed) + len(fresh) > actions.MOST_FILES:
        raise Refused(_("Up to %(most)d files can be sent at once.") % {"most": actions.MOST_FILES})
    return claimed + [
        upload(workspace=workspace, name=str(file.name), file=file, size=file.size or 0)
        for file in fresh
    ]


def words_beside(text: str, files: Sequence[Attachment]) -> str:
    """The text of a message; a message of files alone says so, as no message is without words."""
    if text.strip() or not files:
        return text
    return _("(picture)") if all(file.picture for file in files) else _("(file)")


def waiting(workspace: Workspace, ticket: str) -> HttpResponse:
    """The picture of an upload for whoever holds its ticket; 404 when there is none."""
    found = actions.claimed(workspace_id=workspace.id, tickets=[ticket])
    if not found or not found[0].picture:
        raise Http404
    return picture(found[0], small=True)


def waiting_pdf(workspace: Workspace, ticket: str) -> HttpResponse:
    """The PDF of an upload for whoever holds its ticket; 404 when there is none."""
    found = actions.claimed(workspace_id=workspace.id, tickets=[ticket])
    if not found:
        raise Http404
    return pdf(found[0])


def tickets(files: Sequence[Attachment]) -> list[dict[str, object]]:
    """Uploads as a form shows them again when something else in it was wrong."""
    return [{"ticket": actions.ticket(one), "file": one} for one in files]


def download(attachment: Attachment) -> HttpResponse:
    """The file as a download and nothing else: no page, no script, no frame comes of it."""
    response = _response(attachment, attachment.path, "application/octet-stream", as_attachment=True)
    response["Content-Security-Policy"] = SEALED
    return response


def pdf(attachment: Attachment) -> HttpResponse:
    """A PDF in a page of its own, shut in: no script, no form, no frame, nothing loaded. 404 for every other file.

    What it is was told by its content when it came in, and its first bytes are looked at again: whatever else hides in
    it, a browser that may not guess opens it as a PDF or not at all.
    """
    if attachment.media_type != PDF or not _begins(attachment, b"%PDF-"):
        raise Http404
    response = _response(attachment, attachment.path, PDF, as_attachment=False)
    response["Content-Security-Policy"] = SEALED
    return response


def _begins(attachment: Attachment, mark: bytes) -> bool:
    try:
        with storage.path_of(attachment.path).open("rb") as file:
            return file.read(len(mark)) == mark
    except OSError:
        return False


def picture(attachment: Attachment, *, small: bool) -> HttpResponse:
    """A picture we encoded ourselves, to be shown on our pages; 404 for every other file."""
    if not attachment.picture:
        raise Http404
    place = attachment.thumb if small else attachment.path
    response = _response(attachment, place, attachment.media_type, as_attachment=False)
    response["Content-Security-Policy"] = SEALED
    return response


def beginning(attachment: Attachment) -> tuple[str, bool]:
    """How a file of plain words begins, and whether there is more of it; 404 for every other file."""
    if not attachment.media_type.startswith("text/") or not attachment.path:
        raise Http404
    try:
        with storage.path_of(attachment.path).open("rb") as file:
            start = file.read(SHOWN + 1)
    except OSError as gone:
        raise Http404 from gone
    return start[:SHOWN].decode("utf-8", errors="replace").replace("\x00", ""), len(start) > SHOWN


def _response(attachment: Attachment, place: str, media_type: str, *, as_attachment: bool) -> HttpResponse:
    try:
        file = storage.path_of(place).open("rb") if place else None
    except OSError:
        file = None
    if file is None:
        raise Http404
    response = FileResponse(file, as_attachment=as_attachment, filename=attachment.name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return cast("HttpResponse", response)  # a stream is one to every caller, the stubs tell the two apart

