"""What a step proposes to say on its case: its template, filled in, to be put into the answer."""

import uuid

from django.http import HttpRequest, HttpResponse

from huixiang.cases import details
from huixiang.cases.asking import language_of, upset
from huixiang.cases.models import Case
from huixiang.cases.queries import case_by_id, clocks, turns
from huixiang.desk import access
from huixiang.desk.dialogue.reading import details_of
from huixiang.dialogue.filling import fill, values_of, words_of
from huixiang.dialogue.models import ReplyTemplate, Tone
from huixiang.dialogue.queries import template_by_key
from huixiang.feedback.queries import of_case
from huixiang.playbooks import queries
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.page(Permission.REPLY)
def words(request: HttpRequest, membership: Membership, case_id: uuid.UUID, step_id: uuid.UUID) -> HttpResponse:
    """The words of a step's template for this case, warm for somebody upset, with the button that puts them in."""
    row = access.found(
        queries.step_of_case(workspace_id=membership.workspace_id, case_id=case_id, step_id=step_id)
    )
    case = access.found(case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    language = language_of(of_case(workspace_id=case.workspace_id, case_id=case.id))
    template = template_by_key(membership.workspace, row.step.template_key, language=language)
    filled = _filled(membership, case, template) if template else None
    return access.part(request, membership, "desk/playbooks/said.html", case=case, said=template, filled=filled)


def _filled(membership: Membership, case: Case, template: ReplyTemplate) -> object:
    feedbacks = of_case(workspace_id=case.workspace_id, case_id=case.id)
    told = details_of(case, feedbacks, turns(case))
    question = details.next_question(told, case_id=case.id, feedbacks=feedbacks)
    values = values_of(
        case, membership, details=told, question=question.text if question else "", clocks=clocks(case),
        language=template.language,
    )  # fmt: skip
    text, _tone = words_of(template, Tone.WARM if upset(feedbacks) else Tone.PLAIN)
    return fill(text, values)
