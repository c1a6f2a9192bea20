"""Following an anonymous feedback by its code: what became of it, answering, saying whether it is solved."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import cases_of_members, turns_of_cases
from huixiang.cases.states import CaseState
from huixiang.engine.masking import mask
from huixiang.feedback.models import Feedback
from huixiang.feedback.queries import of_conversation
from huixiang.insights.echoes import announcement_of, standings
from huixiang.intake.acceptance import LONGEST_TEXT
from huixiang.intake.attachments.queries import of_conversation_parts
from huixiang.intake.models import Attachment, FollowCode, Message, MessageState
from huixiang.intake.queries import follow as by_code
from huixiang.intake.queries import follow_by_id, said_in_conversation
from huixiang.portal import limits
from huixiang.portal.access import Visit, as_id, community_page
from huixiang.portal.anonymity import FOLLOWED
from huixiang.portal.answering import take_answer
from huixiang.portal.promises import Promise, promises
from huixiang.portal.solving import say_whether_solved
from huixiang.ui.files import choices


def remember(request: HttpRequest, code: FollowCode) -> None:
    """Let this session, which is nobody's, follow what the code leads to, until it is left or somebody logs in."""
    request.session[FOLLOWED] = {**request.session.get(FOLLOWED, {}), str(code.workspace_id): str(code.id)}


def followed(request: HttpRequest, visit: Visit) -> FollowCode | None:
    """What this session follows in this community; a login follows nothing."""
    if visit.user is not None:
        return None
    kept = as_id(request.session.get(FOLLOWED, {}).get(str(visit.workspace.id)))
    return follow_by_id(workspace=visit.workspace, follow_id=kept) if kept else None


@dataclass(frozen=True, slots=True)
class Followed:
    """What stands behind a code. `waiting` are words that were not read yet."""

    status: str
    first: str
    turns: list[Turn]
    first_files: list[Attachment]
    waiting: list[tuple[str, list[Attachment]]]
    case: Case | None
    feedback: Feedback | None
    announcement: Announcement | None
    noise: bool
    promises: list[Promise]


@community_page
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask for the code, or show what it leads to. The code comes by POST and is not kept."""
    if visit.user is not None:
        words = _("Log out to follow a feedback by its code: your login must not lead to what was said without a name.")
        return _page(request, visit, sentence=words, status=403 if request.method == "POST" else 200)
    if request.method == "POST":
        return _enter(request, visit)
    code = followed(request, visit)
    return _page(request, visit, code=code)


def _enter(request: HttpRequest, visit: Visit) -> HttpResponse:
    if limits.used_up(request, limits.CODES):
        words = _("Ten tries were wrong. Wait a quarter of an hour, then try again.")
        return _page(request, visit, sentence=words, status=429)
    code = by_code(workspace=visit.workspace, typed=request.POST.get("code", "")[:40])
    if code is None:
        limits.count(request, limits.CODES)
        words = _("No feedback has this code. It has eight signs, like 7K4M-29QD; look again at O and 0, I and 1.")
        return _page(request, visit, sentence=words, status=422)
    remember(request, code)
    return redirect("portal:follow", community=visit.workspace.slug)


def _page(
    request: HttpRequest,
    visit: Visit,
    *,
    code: FollowCode | None = None,
    sentence: str = "",
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    found = _followed(visit, code) if code else None
    offered = choices(films=visit.user is not None)
    context = visit.context("follow", found=found, sentence=sentence, text=text, **offered)
    response = render(request, "portal/follow.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _followed(visit: Visit, code: FollowCode) -> Followed:
    said = said_in_conversation(conversation=code.conversation)
    feedback = of_conversation(workspace_id=visit.workspace.id, conversation_id=code.conversation_id)
    standing = standings(workspace=visit.workspace, feedbacks=[feedback] if feedback else [])
    theme = standing[0].theme if standing else None
    cases = _cases(visit, code)
    turns = [turn for spoken in turns_of_cases([case.id for case in cases]).values() for turn in spoken]
    files = of_conversation_parts(message_ids=[message.id for message in said])
    first = said[0] if said else None
    return Followed(
        status=standing[0].status if standing else "received",
        first=_words(first) if first else "",
        turns=[turn for turn in sorted(turns, key=lambda turn: turn.at) if not first or turn.message_id != first.id],
        first_files=files.get(first.id, []) if first else [],
        waiting=[(_words(one), files.get(one.id, [])) for one in said[1:] if one.state == MessageState.PENDING],
        case=cases[0] if cases else None,
        feedback=feedback,
        announcement=announcement_of(theme) if theme else None,
        noise=bool(said) and all(message.state == MessageState.NOISE for message in said),
        promises=promises(theme=theme, case=cases[0] if cases else None),
    )


def _cases(visit: Visit, code: FollowCode) -> list[Case]:
    """The cases of the nameless person behind the code, newest first: a code is one person's."""
    return cases_of_members(workspace_id=visit.workspace.id, member_ids=[code.member_id]).get(code.member_id, [])


def _words(message: Message) -> str:
    return message.masked_text or mask(message.text).text


@community_page
@require_POST
def reply(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer as the same nameless person: it goes the way of every message and joins the open case."""
    code = followed(request, visit)
    if code is None:
        return redirect("portal:follow", community=visit.workspace.slug)
    tired = limits.used_up(request, limits.POSTS)
    sentence = take_answer(request, conversation=code.conversation, member=code.member, public=False)
    if sentence:
        text = request.POST.get("text", "")[:LONGEST_TEXT]
        return _page(request, visit, code=code, sentence=sentence, text=text, status=429 if tired else 422)
    messages.success(request, _("Sent. You are still anonymous."))
    return redirect("portal:follow", community=visit.workspace.slug)


@community_page
@require_POST
def solved(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say whether it is solved: yes confirms the case, no takes it up again."""
    code = followed(request, visit)
    cases = _cases(visit, code) if code else []
    if code and cases and cases[0].state == CaseState.SOLVED:
        say_whether_solved(case=cases[0], member=code.member, solved=request.POST.get("solved") == "yes")
        messages.success(request, _("Thank you for telling us."))
    return redirect("portal:follow", community=visit.workspace.slug)


@community_page
@require_POST
def leave(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Forget on this device what was followed."""
    kept = dict(request.session.get(FOLLOWED, {}))
    kept.pop(str(visit.workspace.id), None)
    request.session[FOLLOWED] = kept
    return redirect("portal:follow", community=visit.workspace.slug)
