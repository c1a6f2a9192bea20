"""A case on a page of its own."""

import uuid

from django.http import HttpRequest, HttpResponse

from huixiang.cases import queries
from huixiang.cases.marks import mark_read
from huixiang.cases.models import Case
from huixiang.desk import access, unsent
from huixiang.desk.cases import reading
from huixiang.desk.cases.clocks import lines_of_case
from huixiang.desk.feedback.copies import copies_of
from huixiang.desk.feedback.correcting import correctable
from huixiang.desk.inbox.listing import filters_of
from huixiang.desk.journal_words import tell_all
from huixiang.desk.playbooks.steps import playbook_of
from huixiang.feedback import queries as feedback_queries
from huixiang.feedback.models import Feedback
from huixiang.journal.queries import history
from huixiang.triage.opinions.actions import opinions_on
from huixiang.workspaces.models import Membership


@access.page()
def case(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The case with everything beside it; opening it marks it as read."""
    case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    mark_read(cases=[case], by=membership)
    context = reading.case_context(membership, case, place="case", filters=filters_of(request.GET))
    context |= unsent.answer_to(request, case)
    return access.shown(
        request, membership, "desk/cases/case.html", "inbox",
        **context, **side(membership, case), side="side" in request.GET,
    )  # fmt: skip


def side(membership: Membership, case: Case) -> dict[str, object]:
    """What stands beside the conversation on the case's own page."""
    feedbacks = feedback_queries.of_case(workspace_id=case.workspace_id, case_id=case.id)
    emotions, quote = reading.emotions_of(feedbacks)
    cases = queries.cases_of_members(workspace_id=case.workspace_id, member_ids=[case.member_id])
    entries = history(workspace_id=case.workspace_id, subjects=[case.id, *(feedback.id for feedback in feedbacks)])
    return {
        "clock_lines": lines_of_case(case, membership.workspace),
        "facts": reading.facts_of(feedbacks),
        "emotions": emotions,
        "emotion_quote": quote,
        "other_cases": [other for other in cases.get(case.member_id, []) if other.id != case.id][:6],
        "similar": _similar(feedbacks),
        "copied": copies_of(case.workspace_id, feedbacks),
        "opinions": opinions_on(workspace_id=case.workspace_id, feedback_ids=[one.id for one in feedbacks]),
        "history": tell_all(entries, membership.workspace)[::-1],
        **correctable(case.workspace_id, feedbacks),
        **playbook_of(membership, case),
    }


def _similar(feedbacks: list[Feedback]) -> list[tuple[Feedback, int]]:
    """The nearest by meaning, with how near in per cent."""
    if not feedbacks:
        return []
    own = {feedback.id for feedback in feedbacks}
    first = feedback_queries.feedback_by_id(workspace_id=feedbacks[0].workspace_id, feedback_id=feedbacks[0].id)
    near = feedback_queries.similar(first, limit=6) if first else []
    return [
        (one, round(100 * (1 - one.distance)))  # type: ignore[attr-defined]  # annotated by the query
        for one in near
        if one.id not in own
    ][:5]
