"""Saying something, with a name or without, and the word that it was received."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huixiang.insights.queries import recent_month_figures
from huixiang.intake.attachments.actions import MOST_FILES, claimed
from huixiang.intake.models import Attachment
from huixiang.intake.queries import follow
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.portal import limits
from huixiang.portal.access import Visit, community_page
from huixiang.portal.anonymity import RECEIVED
from huixiang.portal.forms import SayForm
from huixiang.portal.speaking import Said, say
from huixiang.portal.views.follow import remember
from huixiang.ui import files


@community_page
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The form of one field. What is wrong with it is said above it, and what was written stays."""
    form = SayForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _form(request, visit, form)
    if limits.used_up(request, limits.POSTS):
        too_often = _("That was a lot in a short time. Wait ten minutes and send it again; your words stand below.")
        return _form(request, visit, form, sentence=too_often, status=429)
    if not form.is_valid():
        return _form(request, visit, form, sentence=_first_error(form), status=422)
    limits.count(request, limits.POSTS)
    if form.cleaned_data["website"]:
        return redirect("portal:board", community=visit.workspace.slug)  # a program: it is told nothing
    try:
        return _said(request, visit, form)
    except Refused as refused:
        return _form(request, visit, form, sentence=str(refused.sentence), status=422)


def _said(request: HttpRequest, visit: Visit, form: SayForm) -> HttpResponse:
    logged_in = visit.user is not None
    public = form.public(logged_in=logged_in)
    member = visit.join() if form.named(logged_in=logged_in) else None
    said = say(
        workspace=visit.workspace, member=member, text=form.cleaned_data["text"], public=public,
        key=form.idempotency_key(), attachments=_files(request, visit),
    )  # fmt: skip
    if not said.repeated:
        request.session[RECEIVED] = {"public": public, "named": member is not None, "code": encrypt(said.code)}
        _remember_anonymous(request, visit, said)
    return redirect("portal:received", community=visit.workspace.slug)


def _files(request: HttpRequest, visit: Visit) -> list[Attachment]:
    return files.sent_with(request, visit.workspace, upload=limits.metered(request))


def _remember_anonymous(request: HttpRequest, visit: Visit, said: Said) -> None:
    """Spare a visitor typing the code at once. A logged-in one types it: their login must not lead to it."""
    if said.code and visit.user is None:
        found = follow(workspace=visit.workspace, typed=said.code)
        if found:
            remember(request, found)


@community_page
@require_safe
def received(request: HttpRequest, visit: Visit) -> HttpResponse:
    """That it was received; the code stands here once and is forgotten as it is shown."""
    told = request.session.pop(RECEIVED, None) or {}
    code = decrypt(told.get("code", ""))
    figures = recent_month_figures(visit.workspace)
    response = render(
        request,
        "portal/received.html",
        visit.context("submit", told=told, code=code, halves=code.split("-"), figures=figures),
    )
    response["Cache-Control"] = "no-store"
    return response


def _form(request: HttpRequest, visit: Visit, form: SayForm, *, sentence: str = "", status: int = 200) -> HttpResponse:
    context = visit.context(
        "submit",
        text=form.data.get("text", "")[:20_000],
        who=form.data.get("who") or ("nobody" if form.data.get("anonymous") else ""),
        sentence=sentence,
        key=new_id(),
        sent=_still_there(request, visit),
        **files.choices(films=visit.user is not None),
        figures=recent_month_figures(visit.workspace),
    )
    return render(request, "portal/submit.html", context, status=status)


def _still_there(request: HttpRequest, visit: Visit) -> list[dict[str, object]]:
    """The uploads of a form that was not right yet: they are not sent a second time."""
    tickets = request.POST.getlist("attachments")[: MOST_FILES]
    return files.tickets(claimed(workspace_id=visit.workspace.id, tickets=tickets)) if tickets else []


def _first_error(form: SayForm) -> str:
    for errors in form.errors.values():
        for error in errors:
            return str(error)
    return ""
