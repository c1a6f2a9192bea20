"""What looks arranged only once others have spoken: the first of a campaign are judged again when it shows.

The feedback stays where it is and what it was. Its new assessment says why it is trusted less, evidence is asked for,
and a lower grade is proposed to whoever handles the case: nothing is lowered without a person.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huixiang.cases.actions import propose_grade
from huixiang.cases.models import Case
from huixiang.cases.states import UNFINISHED
from huixiang.feedback.models import Feedback
from huixiang.triage import copies, grading
from huixiang.triage.background import BURST, Background
from huixiang.triage.copied import Copy
from huixiang.triage.copies import Copied
from huixiang.triage.credence import SUSPECT, Backing, arranged, company, taken_for_company
from huixiang.triage.dials import Dial
from huixiang.triage.models import Assessment, GradeRule
from huixiang.triage.queries import assessments
from huixiang.triage.signals import Batch
from huixiang.triage.steps.routing import worse
from huixiang.triage.wording import Part, tell

AT_ONCE = 200  # feedbacks judged again with one batch
COMPANY = frozenset({"copies", "near_copies", "burst", "repeats"})
EVIDENCE = "evidence"


def doubt_earlier(batch: Batch) -> None:
    """Needs assessments; judges those said before the batch again that its copies or bursts put into another light."""
    new = [signal.feedback for signal in batch.feedback_signals() if signal.feedback]
    earlier = _concerned(batch, new)
    if not earlier:
        return
    latest = assessments(workspace_id=batch.workspace.id, feedback_ids=list(earlier))
    known = copies.copied(workspace_id=batch.workspace.id, feedback_ids=list(earlier))
    rules = grading.table(batch.workspace)
    judged: list[tuple[Assessment, Assessment]] = []
    for feedback in earlier.values():
        before = latest.get(feedback.id)
        dial = _worse_dial(before, _backing(feedback, known, batch.background)) if before else None
        if before and dial:
            judged.append((before, _again(feedback, before, dial, rules)))
    Assessment.objects.bulk_create(after for _before, after in judged)
    ask_for_evidence([earlier[after.feedback_id] for _before, after in judged])
    _propose(earlier, judged)


def _concerned(batch: Batch, new: Sequence[Feedback]) -> dict[uuid.UUID, Feedback]:
    """What was said before this batch in the same words or the same burst, the latest first."""
    groups = {found.group_id for found in batch.copied.values() if found.people >= SUSPECT}
    bursts = batch.background.bursts
    if not groups and not bursts:
        return {}
    said = Feedback.objects.filter(workspace=batch.workspace, removed_at=None).exclude(id__in=[one.id for one in new])
    found: dict[uuid.UUID, Feedback] = {}
    if groups:
        same = Copy.objects.filter(workspace=batch.workspace, group_id__in=groups).order_by("-id")
        found |= _light(said.filter(id__in=list(same.values_list("feedback_id", flat=True)[:AT_ONCE])))
    if bursts:
        fresh = {member for burst in bursts.values() for member in burst.members}
        since = min((one.said_at for one in new if one.theme_id in bursts), default=None)
        near = said.filter(theme_id__in=list(bursts), member_id__in=fresh, historical=False)
        found |= _light(near.filter(said_at__gt=(since or datetime.datetime.now(datetime.UTC)) - BURST))
    return found


def _light(rows: QuerySet[Feedback]) -> dict[uuid.UUID, Feedback]:
    light = rows.only("id", "workspace_id", "member_id", "theme_id", "case_id", "historical", "facts", "missing",
                      "escalation", "sentiment", "model_version")  # fmt: skip
    return {one.id: one for one in light.order_by("-said_at")[:AT_ONCE]}


def _backing(feedback: Feedback, known: Mapping[uuid.UUID, Copied], background: Background) -> Backing:
    return Backing(copied=known.get(feedback.id), burst=background.burst_of(feedback))


def _worse_dial(before: Assessment, backing: Backing) -> Dial | None:
    """The dial of authenticity with the company it is in now; None when that changes nothing or was said already."""
    kept = before.reasons.get("authenticity", {})
    said: list[Part] = [(code, values) for code, values in kept.get("said", ())]
    was = Dial(before.authenticity, "", said=tuple(said))
    points = company(backing)
    rest = [part for part in said if part[0] not in COMPANY]
    parts = (*rest, *(part for _points, part in points))
    after = Dial(0, tell(parts).text, kept.get("quote", ""), parts)
    if arranged(was) or not arranged(after):
        return None
    value = before.authenticity + taken_for_company(said) + sum(points for points, _part in points)
    return Dial(max(0, min(100, value)), after.reason, after.quote, after.said)


def _again(feedback: Feedback, before: Assessment, dial: Dial, rules: Sequence[GradeRule]) -> Assessment:
    values = {name: getattr(before, name) for name in grading.DIALS} | {"authenticity": dial.value}
    verdict = grading.decide(rules, values, escalation=feedback.escalation, negative=feedback.sentiment < 0)
    return Assessment(
        workspace_id=before.workspace_id, feedback_id=feedback.id, **values,
        reasons={**before.reasons, "authenticity": dial.to_json()},
        grade=verdict.grade, rule_name=verdict.rule.name, rule_position=verdict.rule.position,
        rule_text=grading.in_words(verdict.rule), model_version=before.model_version,
    )  # fmt: skip


def ask_for_evidence(feedbacks: Sequence[Feedback]) -> None:
    """Let evidence be asked for where none was given: one statement, none when nobody is asked."""
    asked = [one for one in feedbacks if EVIDENCE not in one.missing and not one.facts.get(EVIDENCE)]
    for one in asked:
        one.missing = [*one.missing, EVIDENCE]
    if asked:
        Feedback.objects.bulk_update(asked, ["missing"], batch_size=500)


def _propose(earlier: Mapping[uuid.UUID, Feedback], judged: Sequence[tuple[Assessment, Assessment]]) -> None:
    """Where the grade would now be lower, and a case still has the one it was given then: a person is asked."""
    lower = {
        earlier[after.feedback_id].case_id: (before.grade, after)
        for before, after in judged
        if worse(before.grade, after.grade)
    }
    cases = Case.objects.filter(id__in=[one for one in lower if one], state__in=UNFINISHED, historical=False)
    proposals: dict[tuple[str, str], list[uuid.UUID]] = {}
    for case in cases:
        was, after = lower[case.id]
        if case.grade == was:
            why = tell((code, values) for code, values in after.reasons["authenticity"]["said"] if code in COMPANY)
            reason = _("Less authentic than it seemed: %(why)s") % {"why": why}
            proposals.setdefault((after.grade, reason), []).append(case.id)
    for (grade, reason), case_ids in proposals.items():
        propose_grade(case_ids=case_ids, grade=grade, reason=reason)
