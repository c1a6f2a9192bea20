"""One public feedback: its words, its way, and the talk about it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases.files import put_files
from huixiang.cases.models import Case, Turn
from huixiang.cases.queries import public_turns
from huixiang.cases.states import JOINABLE
from huixiang.cases.way import WayStep, way
from huixiang.feedback.models import Feedback
from huixiang.insights import board as boards
from huixiang.insights import echoes
from huixiang.intake.attachments.queries import messages_of_feedback, of_conversation_parts
from huixiang.intake.models import Attachment
from huixiang.portal.access import Visit, community_page, to_login
from huixiang.portal.answering import take_answer
from huixiang.portal.promises import promises
from huixiang.portal.views.board import part_of
from huixiang.portal.wording import fact_words
from huixiang.themes.models import Theme
from huixiang.themes.queries import voted
from huixiang.ui.files import choices

SAME_KIND = 4
FARTHEST = 0.55


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the words."""

    steps: list[WayStep]
    turns: list[Turn]
    files: list[Attachment]
    same: list[echoes.Standing]
    part: str
    fixed_days: int | None


@community_page
@require_safe
def feedback(request: HttpRequest, visit: Visit, feedback_id: UUID) -> HttpResponse:
    """The page of a feedback; of a removed one, when and why it was removed."""
    found = _public(visit, feedback_id)
    if found.removed_at:
        return render(request, "portal/removed.html", visit.context("board", feedback=found))
    return _page(request, visit, found)


def _public(visit: Visit, feedback_id: UUID) -> Feedback:
    found = boards.public_feedback(workspace=visit.workspace, feedback_id=feedback_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, visit: Visit, found: Feedback, *, sentence: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    [standing] = echoes.standings(workspace=visit.workspace, feedbacks=[found])
    theme, case = standing.theme, standing.case
    context = visit.context(
        "board", feedback=found, standing=standing, theme=theme, case=case, around=_around(visit, standing),
        promises=promises(theme=theme, case=case),
        announcement=echoes.announcement_of(theme) if theme else None, facts=fact_words(found.facts),
        may_reply=_may_reply(visit, found, case), sentence=sentence, text=text, **choices(films=visit.user is not None),
    )  # fmt: skip
    return render(request, "portal/feedback.html", context, status=status)


def _around(visit: Visit, standing: echoes.Standing) -> Around:
    found, theme, case = standing.feedback, standing.theme, standing.case
    near: list[Feedback] = []
    if found.embedding is not None:
        near = boards.like(workspace=visit.workspace, vector=found.embedding, farthest=FARTHEST)
    others = [one for one in near if one.id != found.id][:SAME_KIND]
    theme_ids = [theme.id] if theme else []
    said = boards.taken_part(member=visit.member, theme_ids=theme_ids)
    votes = voted(member=visit.member, theme_ids=theme_ids)
    turns = echoes.dialogue(turns=public_turns(case), feedback=found) if case else []
    put_files(turns)
    return Around(
        files=_files(found),
        steps=way(feedback=found, case=case, theme=theme),
        turns=turns,
        same=echoes.standings(workspace=visit.workspace, feedbacks=others),
        part=part_of(theme.id if theme else None, said, votes),
        fixed_days=_days_to_fix(found, theme),
    )


def _files(found: Feedback) -> list[Attachment]:
    """What came with the words, in the order it was said."""
    said = messages_of_feedback(workspace_id=found.workspace_id, feedback_ids=[found.id])
    by_message = of_conversation_parts(message_ids=said)
    return [file for message_id in said for file in by_message.get(message_id, [])]


def _days_to_fix(found: Feedback, theme: Theme | None) -> int | None:
    return (theme.fixed_at - found.said_at).days if theme and theme.fixed_at else None


def _may_reply(visit: Visit, found: Feedback, case: Case | None) -> bool:
    """Only the author, while the case can be joined; nobody else comments yet."""
    own = visit.member is not None and visit.member.id == found.member_id
    return own and case is not None and case.state in JOINABLE and found.conversation is not None


@community_page
@require_POST
def reply(request: HttpRequest, visit: Visit, feedback_id: UUID) -> HttpResponse:
    """The author goes on in public."""
    found = _public(visit, feedback_id)
    address = redirect("portal:feedback", community=visit.workspace.slug, feedback_id=found.id)
    if visit.user is None:
        return to_login(address["Location"])
    [standing] = echoes.standings(workspace=visit.workspace, feedbacks=[found])
    if found.removed_at or not _may_reply(visit, found, standing.case):
        raise Http404
    sentence = take_answer(request, conversation=found.conversation, member=visit.member, public=True)
    if sentence:
        text = request.POST.get("text", "")[:20_000]
        return _page(request, visit, found, sentence=sentence, text=text, status=422)
    messages.success(request, _("Received. It stands here in a moment."))
    return address
