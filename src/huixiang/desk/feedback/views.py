"""All feedback, what was gated out, what could not be read, and one feedback with its reading."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import queries as case_queries
from huixiang.desk import access
from huixiang.desk.cases.reading import assessment_of, dials_of, emotions_of, facts_of, missing_of, rule_of
from huixiang.desk.feedback import narrowing
from huixiang.desk.feedback.copies import copies_of
from huixiang.desk.feedback.correcting import correctable
from huixiang.desk.feedback.findings import findings_of
from huixiang.desk.journal_words import tell_all
from huixiang.desk.vocabulary import SENTIMENTS
from huixiang.engine.searching import excerpt, marked
from huixiang.feedback import actions, queries, search
from huixiang.feedback.models import Feedback, Kind
from huixiang.intake import actions as intake
from huixiang.intake import queries as messages
from huixiang.intake.attachments.queries import of_conversation_parts
from huixiang.intake.models import Attachment, Message, MessageState
from huixiang.journal.queries import history
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.themes.queries import theme_by_id, themes_by_id
from huixiang.triage.actions import keep_as_feedback
from huixiang.triage.opinions.actions import opinions_on
from huixiang.triage.wording import worded
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission, holds

Pieces = list[tuple[str, bool]]
MESSAGE_TABS = (MessageState.NOISE, MessageState.PARKED)
PAGE = 40


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Feedback by kind, or messages that were not feedback or could not be read."""
    workspace = membership.workspace
    tab, filters = request.GET.get("tab") or request.GET.get("kind", ""), narrowing.filters_of(request.GET)
    context: dict[str, Any] = {"tab": tab, "filters": filters}
    context |= _rows(workspace, tab, filters, request.GET.get("cursor", ""))
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/feedback/rows.html", **context)
    context["tabs"] = _tabs(workspace, tab, filters)  # counted for the page only, not for more of its rows
    context |= narrowing.choices(workspace, filters, tab)
    return access.shown(request, membership, "desk/feedback/listing.html", "feedback", **context)


def _rows(workspace: Workspace, tab: str, filters: search.Filters, cursor: str) -> dict[str, object]:
    if tab in MESSAGE_TABS:
        found = messages.by_state(workspace=workspace, states=[tab], cursor=cursor, size=PAGE)
        more = narrowing.address(search.Filters(), tab=tab, cursor=found.next_cursor or "")
        return {"messages_found": found.rows, "next_cursor": found.next_cursor, "more": more}
    page = search.listed(workspace_id=workspace.id, filters=filters, cursor=cursor, size=PAGE)
    themes = themes_by_id(workspace_id=workspace.id, ids=[row.theme_id for row in page.rows])
    rows = [_row(row, themes.get(row.theme_id) if row.theme_id else None, filters.q) for row in page.rows]
    more = narrowing.address(filters, tab=tab, cursor=page.next_cursor or "")
    return {"rows": rows, "next_cursor": page.next_cursor, "more": more}


def _row(row: Feedback, theme: Theme | None, query: str) -> tuple[Feedback, Theme | None, Pieces, Pieces]:
    """A row with its title and the stretch of its text that was asked for, in pieces to be marked."""
    said = excerpt(row.text, query, 90) if row.text != row.title else []
    return row, theme, marked(row.title, query), said


def _tabs(workspace: Workspace, here: str, filters: search.Filters) -> list[tuple[str, str, int, str, bool]]:
    """(key, word, number, address, whether it is shown): all, the kinds there are, then what stands outside."""
    everything = replace(filters, kinds=())
    kinds, outside = search.kind_counts(workspace_id=workspace.id, filters=everything), messages.counts(workspace)
    shown = [(str(kind), str(kind.label), kinds.get(kind, 0)) for kind in Kind]
    rows = [("", _("All"), sum(kinds.values())), *(row for row in shown if row[2] or row[0] == here)]
    rows.append((str(MessageState.NOISE), _("Not feedback"), outside["noise"]))
    rows.append((str(MessageState.PARKED), _("Could not be read"), outside["parked"]))
    shown_by = {str(MessageState.NOISE): search.Filters(), str(MessageState.PARKED): search.Filters()}
    return [
        (key, word, number, narrowing.address(shown_by.get(key, filters), tab=key), key == here)
        for key, word, number in rows
    ]


@access.page()
def detail(request: HttpRequest, membership: Membership, feedback_id: uuid.UUID) -> HttpResponse:
    """One feedback: its words, how it was read and judged, where it went."""
    feedback = _feedback(membership, feedback_id)
    workspace = membership.workspace
    case = case_queries.case_by_id(workspace_id=workspace.id, case_id=feedback.case_id) if feedback.case_id else None
    judged = assessment_of(workspace.id, [feedback])
    emotions, quote = emotions_of([feedback])
    theme = theme_by_id(workspace_id=workspace.id, theme_id=feedback.theme_id)
    sources = messages.messages_of_feedback(workspace_id=workspace.id, feedback_id=feedback.id)
    return access.shown(
        request, membership, "desk/feedback/detail.html", "feedback",
        feedback=feedback, case=case, theme=theme,
        assessment=judged, rule=rule_of(judged), dials=dials_of(judged, theme, feedback.member_id),
        reasons=[worded(reason) for reason in feedback.reasons],
        aspects=[worded(aspect["name"]) for aspect in feedback.aspects],
        facts=facts_of([feedback]), missing=missing_of([feedback]),
        emotions=emotions, emotion_quote=quote, sentiment=SENTIMENTS.get(feedback.sentiment, ""),
        sources=findings_of(sources), files=_files(sources), copied=copies_of(workspace.id, [feedback]),
        opinions=opinions_on(workspace_id=workspace.id, feedback_ids=[feedback.id]),
        history=tell_all(history(workspace_id=workspace.id, subjects=[feedback.id]), workspace)[::-1],
        **correctable(workspace.id, [feedback]),
    )  # fmt: skip


def _files(sources: Sequence[Message]) -> list[Attachment]:
    """What came with these messages, in their order."""
    found = of_conversation_parts(message_ids=[message.id for message in sources], awaited=True)
    return [one for message in sources for one in found.get(message.id, [])]


def _feedback(membership: Membership, feedback_id: uuid.UUID) -> Feedback:
    found: Feedback = access.found(
        queries.feedback_by_id(workspace_id=membership.workspace_id, feedback_id=feedback_id)
    )
    return found


def _message(membership: Membership, message_id: uuid.UUID) -> Message:
    found: Message = access.found(messages.message_by_id(workspace_id=membership.workspace_id, message_id=message_id))
    return found


def _list_address(membership: Membership, tab: str) -> str:
    return reverse("desk:feedback", args=[membership.workspace.slug]) + f"?tab={tab}"


@access.verb(Permission.MODERATE)
def remove(request: HttpRequest, membership: Membership, feedback_id: uuid.UUID) -> HttpResponse:
    """Delete what was said; the tombstone with its reason stays. Who only moderates does so on the board alone."""
    feedback = _feedback(membership, feedback_id)
    if not (feedback.public or holds(membership, Permission.DELETE)):
        access.found(None)
    if feedback.removed_at:
        raise Refused(_("It was deleted already."))
    actions.remove(feedback=feedback, reason=request.POST.get("reason", ""), actor=access.actor(membership))
    address = reverse("desk:feedback_detail", args=[membership.workspace.slug, feedback.id])
    return access.done(request, _("It is deleted. The reason stays in the journal."), address)


@access.verb(Permission.HANDLE)
def keep(request: HttpRequest, membership: Membership, message_id: uuid.UUID) -> HttpResponse:
    """Bring a gated-out message back."""
    message, reason = _message(membership, message_id), request.POST.get("reason", "")
    keep_as_feedback(message=message, by=membership, reason=reason)
    return access.done(
        request, _("It is read again as feedback."), access.back(request, _list_address(membership, "noise"))
    )


@access.verb(Permission.HANDLE)
def again(request: HttpRequest, membership: Membership, message_id: uuid.UUID) -> HttpResponse:
    """Read a parked message again."""
    message = _message(membership, message_id)
    if not intake.read_again(
        workspace_id=membership.workspace_id, message_id=message.id, actor=access.actor(membership)
    ):
        raise Refused(_("It is not parked any more."))
    return access.done(request, _("It is read again."), access.back(request, _list_address(membership, "parked")))
