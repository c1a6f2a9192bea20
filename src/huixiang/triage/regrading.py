"""Changing the grade of many cases with one reason: the corrections are kept, the standards apply."""

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from huixiang.cases import many
from huixiang.cases.bulk import Act, Arguments, Outcome, register
from huixiang.cases.models import BulkRun, Case
from huixiang.cases.states import ENDED
from huixiang.feedback.models import Feedback, Grade
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.playbooks import actions as playbooks
from huixiang.themes import actions as themes
from huixiang.themes import measures
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _read(_by: Membership, chosen: Mapping[str, str]) -> Arguments:
    grade, reason = chosen.get("grade", ""), chosen.get("reason", "").replace("\x00", "").strip()
    if grade not in Grade.values:
        raise Refused(_("Choose the grade they shall have."))
    if not reason:
        raise Refused(_("Write the reason: it goes into the journal and corrects the next suggestion."))
    return {"grade": grade, "reason": reason}


def _lock_themes(run: BulkRun, case_ids: Sequence[uuid.UUID]) -> None:
    """Themes before their cases, in the pipeline's order."""
    cases = Case.objects.filter(workspace_id=run.workspace_id, id__in=case_ids, theme__isnull=False)
    themes.lock_rows(theme_ids=sorted(set(cases.values_list("theme_id", flat=True))))


def _regrade(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    """Those of another grade that still run. Their themes are counted anew once."""
    grade, reason = run.arguments["grade"], run.arguments["reason"]
    refused = {case.id: _("It has ended already.") for case in cases if case.state in ENDED}
    refused |= {case.id: _("It has this grade already.") for case in cases if case.grade == grade}
    wanted = [case for case in cases if case.id not in refused]
    touched = sorted({case.theme_id for case in wanted if case.theme_id})
    before = {case.id: case.grade for case in wanted}
    many.regrade_many(cases=wanted, grade=grade, reason=reason, actor=Actor("staff", run.by_id))
    measures.refresh(workspace_id=run.workspace_id, theme_ids=touched)
    playbooks.regraded_at_once(workspace=run.by.workspace, cases=wanted)
    _keep(run, before)
    return Outcome(refused=refused)


def _keep(run: BulkRun, before: Mapping[uuid.UUID, str]) -> None:
    """Keep a correction for the first feedback of each case, as a single change does."""
    first: dict[uuid.UUID | None, Feedback] = {}
    found = Feedback.objects.filter(workspace_id=run.workspace_id, case_id__in=list(before)).defer("embedding")
    for feedback in found.order_by("id"):
        first.setdefault(feedback.case_id, feedback)
    Correction.objects.bulk_create(
        Correction(
            workspace_id=run.workspace_id, subject_id=first[case_id].id, field=Correction.Field.GRADE, before=grade,
            after=run.arguments["grade"], reason=run.arguments["reason"], by=run.by,
            model_version=first[case_id].model_version, batch=new_id(),
        )
        for case_id, grade in before.items()
        if case_id in first
    )  # fmt: skip


def offer() -> None:
    """Offer the act to the inbox."""
    register("grade", Act(Permission.HANDLE, _regrade, _read, lock=_lock_themes, watched=True))
