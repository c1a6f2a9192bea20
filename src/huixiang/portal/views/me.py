"""One's own page: what I said and what became of it, answers that only I see, notices, and my consent."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import case_by_id, turns_of_cases
from huixiang.cases.states import JOINABLE, CaseState, Direction
from huixiang.channels.queries import shown_to_member
from huixiang.feedback.queries import of_members
from huixiang.insights import echoes
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.members import erasing, exporting
from huixiang.members.actions import describe, give_consent
from huixiang.members.models import Consent, Member
from huixiang.portal.access import Visit, community_page, to_login
from huixiang.portal.answering import take_answer
from huixiang.portal.solving import say_whether_solved
from huixiang.ui.files import choices

SESSION_PAGES = ("devices", "account_sessions", "usersessions_list")
CONSENTS = {Consent.NAME, Consent.NICKNAME, Consent.NO}
NOTICES = 12


@dataclass(frozen=True, slots=True)
class Mine:
    """Something I said: where it stands, what was said after, whether I can go on, whether I am waited for."""

    standing: echoes.Standing
    turns: list[Turn]
    may_reply: bool
    waits_for_me: bool

    @property
    def latest(self) -> Turn | None:
        """The brand's latest answer."""
        return next((t for t in reversed(self.turns) if t.direction == Direction.OUTBOUND), None)


@community_page
@require_safe
def me(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everything of mine in this community."""
    member = visit.join()
    if member is None:
        return to_login(request.path)
    erasure = erasing.running(member)
    if erasure:
        return _private(render(request, "portal/me_erasing.html", visit.context("me", erasure=erasure)))
    mine = _mine(visit, member)
    notices = shown_to_member(workspace_id=visit.workspace.id, member_ids=[member.id], limit=NOTICES)
    context = visit.context(
        "me", waiting=[one for one in mine if one.waits_for_me], others=[one for one in mine if not one.waits_for_me],
        said=len(mine), solved=sum(one.standing.status in {"fixed", "announced"} for one in mine), notices=notices,
        consents=Consent, stored=exporting.stored(member), export=exporting.latest(member, of=_self(member)),
        sessions_url=_sessions(), **choices(),
    )  # fmt: skip
    return _private(render(request, "portal/me.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _self(member: Member) -> Actor:
    return Actor("member", member.id)


def _sessions() -> str:
    """The page of one's sign-ins, "" where there is none."""
    for name in SESSION_PAGES:
        with suppress(NoReverseMatch):
            return reverse(name)
    return ""


def _mine(visit: Visit, member: Member) -> list[Mine]:
    feedbacks = of_members(workspace_id=visit.workspace.id, member_ids=[member.id])
    standings = echoes.standings(workspace=visit.workspace, feedbacks=feedbacks)
    turns = turns_of_cases([one.case.id for one in standings if one.case])
    told: set[UUID] = set()  # a case about several feedbacks stands once, under the newest
    found = []
    for one in standings:
        case = one.case if one.case and one.case.id not in told else None
        told |= {case.id} if case else set()
        found.append(
            Mine(
                one,
                turns[case.id] if case else [],
                bool(case and _may_reply(case)),
                bool(case and case.state in {CaseState.WAITING_MEMBER, CaseState.SOLVED} and not case.historical),
            )
        )
    return found


def _may_reply(case: Case) -> bool:
    """An answer joins an open case where it is held: on the portal."""
    place = case.conversation
    return case.state in JOINABLE and place is not None and place.account.kind == "portal"


def _own_case(visit: Visit, case_id: UUID) -> tuple[Case, Member]:
    case = case_by_id(workspace_id=visit.workspace.id, case_id=case_id)
    if case is None or visit.member is None or case.member_id != visit.member.id:
        raise Http404
    return case, visit.member


@community_page
@require_POST
def reply(request: HttpRequest, visit: Visit, case_id: UUID) -> HttpResponse:
    """Answer the brand alone."""
    page = redirect("portal:me", community=visit.workspace.slug)
    if visit.user is None:
        return to_login(page["Location"])
    case, member = _own_case(visit, case_id)
    if not _may_reply(case) or case.conversation is None:
        raise Http404
    sentence = take_answer(request, conversation=case.conversation, member=member, public=False)
    if sentence:
        messages.error(request, sentence)
    else:
        messages.success(request, _("Sent. It stands here in a moment."))
    return page


@community_page
@require_POST
def solved(request: HttpRequest, visit: Visit, case_id: UUID) -> HttpResponse:
    """Say whether it is solved: yes confirms the case, no takes it up again."""
    page = redirect("portal:me", community=visit.workspace.slug)
    if visit.user is None:
        return to_login(page["Location"])
    case, member = _own_case(visit, case_id)
    if case.state == CaseState.SOLVED:
        say_whether_solved(case=case, member=member, solved=request.POST.get("solved") == "yes")
        messages.success(request, _("Thank you for telling us."))
    return page


@community_page
@require_POST
def consent(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Keep under which name I may be thanked; what is published follows at once."""
    member = visit.join()
    if member is None:
        return to_login(reverse("portal:me", kwargs={"community": visit.workspace.slug}))
    chosen = request.POST.get("consent", "")
    if chosen in CONSENTS:
        give_consent(member=member, consent=chosen, actor=Actor("member", member.id))
        messages.success(request, _("Kept. You can change it at any time."))
    else:
        messages.error(request, _("Choose one of the three."))
    return redirect("portal:me", community=visit.workspace.slug)


@community_page
@require_POST
def rename(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Keep under which name I stand here."""
    page = redirect("portal:me", community=visit.workspace.slug)
    member = visit.join()
    if member is None:
        return to_login(page["Location"])
    name = one_line(request.POST.get("name", ""))[:80]
    if not name or erasing.running(member):
        messages.error(request, _("Write the name under which you want to stand here."))
    else:
        describe(member=member, actor=_self(member), name=name)
        messages.success(request, _("Kept. You can change it at any time."))
    return page


@community_page
@require_POST
def export(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Have everything that is stored about me put together."""
    page = redirect(reverse("portal:me", kwargs={"community": visit.workspace.slug}) + "#stored")
    member = visit.join()
    if member is None:
        return to_login(page["Location"])
    try:
        exporting.ask(member=member, actor=_self(member))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return page


@community_page
@require_safe
def export_progress(request: HttpRequest, visit: Visit) -> HttpResponse:
    """How far the file is."""
    member = visit.join()
    if member is None:
        raise Http404
    made = exporting.latest(member, of=_self(member))
    return _private(render(request, "portal/me_export.html", visit.context("me", export=made)))


@community_page
@require_safe
def export_file(request: HttpRequest, visit: Visit, data_export_id: UUID) -> HttpResponse:
    """The file, for nobody but me; the journal keeps that it was fetched."""
    if visit.user is None:
        return to_login(request.path)
    made = exporting.ready(workspace_id=visit.workspace.id, export_id=data_export_id, kind="member")
    if made is None or visit.member is None or made.member_id != visit.member.id:
        raise Http404
    path = exporting.fetched(export=made, actor=_self(visit.member))
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"{visit.workspace.slug}-my-data.zip")
    answer["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]  # a file is an answer to Django as any other


@community_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What goes and what stays, and why; then, by POST, the wish itself."""
    page = redirect("portal:me", community=visit.workspace.slug)
    member = visit.join()
    if member is None:
        return to_login(request.path)
    if erasing.running(member):
        return page
    if request.method == "POST":
        erasing.ask(member=member, actor=_self(member))
        return page
    context = visit.context("me", stored=exporting.stored(member), days=erasing.DAYS.days)
    return _private(render(request, "portal/me_erase.html", context))


@community_page
@require_POST
def undo_erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Bring everything back."""
    page = redirect("portal:me", community=visit.workspace.slug)
    if visit.user is None:
        return to_login(page["Location"])
    if visit.member is None:
        raise Http404
    try:
        erasing.undo(member=visit.member, actor=_self(visit.member))
        messages.success(request, _("Everything is there again."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return page
