"""One public theme, and 我也是."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases.way import status, way, word
from huixiang.insights import board as boards
from huixiang.insights import echoes
from huixiang.portal.access import Visit, back, community_page, to_login
from huixiang.portal.promises import promises
from huixiang.portal.views.board import part_of
from huixiang.themes.actions import vote as give_vote
from huixiang.themes.models import Theme
from huixiang.themes.queries import theme_by_id, voted
from huixiang.themes.states import ThemeStatus

LOOKS = {"row", "similar", "page", "bar"}


def _theme(visit: Visit, theme_id: UUID) -> Theme:
    found = theme_by_id(workspace_id=visit.workspace.id, theme_id=theme_id)
    if found is None:
        raise Http404
    return found


@community_page
@require_safe
def theme(request: HttpRequest, visit: Visit, theme_id: UUID) -> HttpResponse:
    """What it is about in staff's words, where it stands, and who spoke of it in public."""
    found = _theme(visit, theme_id)
    if found.status == ThemeStatus.MERGED and found.merged_into and found.merged_into.public:
        return redirect("portal:theme", community=visit.workspace.slug, theme_id=found.merged_into_id)
    if not found.public or found.status == ThemeStatus.MERGED:
        raise Http404
    answered = echoes.first_answered(theme=found)
    present = status(feedback=None, case=answered, theme=found)
    said = boards.taken_part(member=visit.member, theme_ids=[found.id])
    context = visit.context(
        "board", theme=found, steps=way(feedback=None, case=answered, theme=found), status=present,
        word=word(present, found), voices=boards.voices(theme=found), announcement=echoes.announcement_of(found),
        part=part_of(found.id, said, voted(member=visit.member, theme_ids=[found.id])),
        people=found.people_count + found.vote_count, promises=promises(theme=found),
    )  # fmt: skip
    return render(request, "portal/theme.html", context)


@community_page
@require_POST
def vote(request: HttpRequest, visit: Visit, theme_id: UUID) -> HttpResponse:
    """Say 我也是 or take it back. Who said it themselves is counted already. Logged-out visitors log in first."""
    found = _theme(visit, theme_id)
    if found.status == ThemeStatus.MERGED or not boards.may_be_voted(theme=found):
        raise Http404
    home = reverse("portal:board", kwargs={"community": visit.workspace.slug})
    member = visit.join()
    if member is None:
        return to_login(home)
    part = "said" if boards.taken_part(member=member, theme_ids=[found.id]) else ""
    if not part:
        given = request.POST.get("given") != "no"
        found.vote_count = give_vote(theme=found, member=member, given=given)
        part = "voted" if given else ""
    if request.headers.get("HX-Request"):
        look = request.POST.get("look", "")
        context = visit.context(
            "board", theme_id=found.id, people=found.people_count + found.vote_count, mine=part,
            look=look if look in LOOKS else "row", title=request.POST.get("title", "")[:120],
        )  # fmt: skip
        return render(request, "portal/vote.html", context)
    messages.success(request, _("Counted. You will be told when it is solved.") if part else _("Taken back."))
    return back(request, home)
