"""Running a macro: what would happen, doing it to a case at once or to many, and taking back what can be."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases import actions, asking, details, queries, snoozing, stages, tagging
from huixiang.cases.bulk import Act, Arguments, Before, Outcome, register
from huixiang.cases.details import turns_with_files
from huixiang.cases.models import BulkRun, Case, Tag
from huixiang.cases.states import ENDED, CaseState, Lane, Stage
from huixiang.dialogue import events
from huixiang.dialogue.filling import Filled, fill, values_of, words_of
from huixiang.dialogue.macros import ME, macro_by_id
from huixiang.dialogue.models import Macro, ReplyTemplate
from huixiang.feedback.queries import of_case
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission

Left = dict[str, Any]  # what a run changed and can be taken back, as JSON keeps it


@dataclass(frozen=True, slots=True)
class Plan:
    """What a macro would do to a case: the answer as it would read, and the rest in words."""

    answer: Filled | None
    lane: str
    does: tuple[str, ...]
    for_good: bool  # an answer cannot be taken back


def plan(*, macro: Macro, case: Case, by: Membership) -> Plan:
    """Say what would happen, changing nothing."""
    steps = macro.steps
    answer = _answer(macro, case, by) if steps.get("template") else None
    does = []
    if steps.get("tag"):
        does.append(_("Tag “%(name)s”") % {"name": steps["tag"]})
    if steps.get("owner"):
        does.append(_("Assign to %(name)s") % {"name": _owner(macro, by) or _("nobody")})
    if steps.get("stage"):
        does.append(_("Stage: %(stage)s") % {"stage": Stage(steps["stage"]).label})
    if steps.get("end"):
        does.append(str(CaseState(steps["end"]).label))
    if steps.get("snooze"):
        at = snoozing.until(span=steps["snooze"], workspace=case.workspace)
        does.append(_("Put off until %(at)s, or until something happens") % {"at": _moment(at)})
    return Plan(answer, steps.get("lane", ""), tuple(does), answer is not None)


@transaction.atomic
def run(*, macro: Macro, case: Case, by: Membership, text: str = "") -> Left:
    """Do everything a macro says, or nothing; returns what can be taken back. `text`: the answer as it was changed.

    Journal: dialogue.macro_run beside what each step writes. Raises what `cases.actions.reply` raises, and Refused.
    """
    case = _now(case)
    steps, actor, left = macro.steps, Actor("staff", by.id), Left(macro=str(macro.id))
    if steps.get("template"):
        words = text.strip() or _filled(macro, case, by).text
        actions.reply(case=case, by=by, text=words, lane=steps["lane"])
        case = _now(case)
    if steps.get("tag"):
        tag = tagging.tag_named(workspace_id=case.workspace_id, name=steps["tag"], actor=actor)
        left |= {"tag": str(tag.id)} if tagging.tag(cases=[case], tag=tag, actor=actor) else {}
    if steps.get("owner"):
        left |= _assign(case, _owner(macro, by), actor)
    if steps.get("stage"):
        before = stages.move(case=case, stage=steps["stage"], actor=actor)
        left |= {"stage": before, "stage_now": steps["stage"]} if before != steps["stage"] else {}
    if steps.get("end") and case.state not in ENDED:
        actions.end(case=case, state=steps["end"], actor=actor, reason=steps.get("reason", ""))
        left |= {"ended": steps["end"]}
    if steps.get("snooze"):
        left |= _snooze(case, steps["snooze"], by)
    Macro.objects.filter(id=macro.id).update(used=F("used") + 1, last_used_at=timezone.now())
    _tell(case, macro.id, actor, back=False)
    return left


@transaction.atomic
def take_back(*, case: Case, left: Mapping[str, Any], by: Membership) -> None:
    """Take back what a run changed, where the case still is as it left it; an answer stays. Journal: macro_run."""
    case, actor = _now(case), Actor("staff", by.id)
    if left.get("ended") and case.state == left["ended"]:
        actions.reopen(case=case, actor=actor)
        case = _now(case)
    if left.get("stage") and case.stage == left["stage_now"] and case.state not in ENDED:
        stages.move(case=case, stage=left["stage"], actor=actor, undo=True)
    if left.get("snoozed_now") and case.snoozed_until == parse_datetime(left["snoozed_now"]):
        _unsnooze(case, left["snoozed"], by)
    if "owner" in left and str(case.owner_id or "") == left["owner_now"]:
        actions.assign(case=case, owner=_member(case.workspace_id, left["owner"]), actor=actor)
    tag = Tag.objects.filter(workspace_id=case.workspace_id, id=left["tag"]).first() if left.get("tag") else None
    if tag:
        tagging.untag(cases=[case], tag=tag, actor=actor)
    _tell(case, uuid.UUID(left["macro"]), actor, back=True)


def _now(case: Case) -> Case:
    found = queries.case_by_id(workspace_id=case.workspace_id, case_id=case.id)
    if found is None:
        raise Refused(_("It is no longer there."))
    return found


def _assign(case: Case, owner: Membership | None, actor: Actor) -> Left:
    before, now = str(case.owner_id or ""), str(owner.id) if owner else ""
    actions.assign(case=case, owner=owner, actor=actor)
    return {"owner": before, "owner_now": now} if before != now else {}


def _snooze(case: Case, span: str, by: Membership) -> Left:
    before, at = case.snoozed_until, snoozing.until(span=span, workspace=case.workspace)
    snoozing.snooze(case=case, at=at, by=by)
    return {"snoozed": before.isoformat() if before else "", "snoozed_now": at.isoformat()}


def _unsnooze(case: Case, before: str, by: Membership) -> None:
    """Put off as it was before, if that is still to come; else it is back."""
    at = parse_datetime(before) if before else None
    if at and at > timezone.now():
        snoozing.snooze(case=case, at=at, by=by)
    else:
        snoozing.wake(case=case, actor=Actor("staff", by.id))


def _moment(at: datetime.datetime) -> str:
    """In the workspace's time, which the page or the job has set."""
    return date_format(timezone.localtime(at), "m-d H:i", use_l10n=False)


def _owner(macro: Macro, by: Membership) -> Membership | None:
    wanted = macro.steps["owner"]
    return by if wanted == ME else _member(by.workspace_id, wanted)


def _member(workspace_id: uuid.UUID, wanted: str) -> Membership | None:
    return member_of_team(workspace_id=workspace_id, membership_id=uuid.UUID(wanted)) if wanted else None


def _filled(macro: Macro, case: Case, by: Membership) -> Filled:
    answer = _answer(macro, case, by)
    if answer.lacking:
        comma = pgettext("numbers", ", ")
        raise Refused(_("These places are not filled in yet: %(places)s") % {"places": comma.join(answer.lacking)})
    return answer


def _answer(macro: Macro, case: Case, by: Membership) -> Filled:
    """The macro's template as it would be said on this case, by the member's language where it has another."""
    rows = ReplyTemplate.objects.filter(workspace_id=case.workspace_id, deleted_at=None)
    template = rows.filter(id=macro.steps["template"]).first()
    if template is None:
        raise Refused(_("The macro's template was deleted. Choose another one in the settings."))
    feedbacks = of_case(workspace_id=case.workspace_id, case_id=case.id)
    language = asking.language_of(feedbacks)
    if template.key and template.language != language:
        template = rows.filter(owner=None, key=template.key, language=language).first() or template
    turns = queries.turns(case)
    found = details.details_of(feedbacks, turns, details.marks_of(case), with_files=turns_with_files(turns))
    question = details.next_question(found, case_id=case.id, feedbacks=feedbacks)
    asked = question.text if question else ""
    clocks = queries.clocks(case)
    values = values_of(case, by, details=found, question=asked, clocks=clocks, language=template.language)
    return fill(words_of(template, macro.steps["tone"])[0], values)


def _tell(case: Case, macro_id: uuid.UUID, actor: Actor, *, back: bool) -> None:
    event = events.MacroRun(subject=case.id, macro_id=macro_id, back=back)
    record(event, workspace_id=case.workspace_id, actor=actor)


def _read(by: Membership, chosen: Mapping[str, str]) -> Arguments:
    try:
        macro = macro_by_id(by, uuid.UUID(chosen.get("macro", "")))
    except ValueError:
        macro = None
    if macro is None:
        raise Refused(_("Choose a macro."))
    if macro.steps.get("lane") == Lane.PUBLIC:
        raise Refused(_("A macro that answers in public is run on one case at a time."))
    return {"macro": str(macro.id)}


def _do(run_of: BulkRun, cases: Sequence[Case]) -> Outcome:
    outcome = Outcome()
    macro = macro_by_id(run_of.by, uuid.UUID(run_of.arguments["macro"]))
    for case in cases:
        if macro is None:
            outcome.refused[case.id] = _("The macro was deleted meanwhile.")
            continue
        try:
            with transaction.atomic():
                outcome.before[case.id] = run(macro=macro, case=case, by=run_of.by)
        except Refused as refused:
            outcome.refused[case.id] = str(refused.sentence)
    return outcome


def _undo(run_of: BulkRun, cases: Sequence[Case], before: Before) -> None:
    for case in cases:
        take_back(case=case, left=before[str(case.id)], by=run_of.by)


def offer() -> None:
    """Offer macros for many cases at once. Every permission a step needs is that of whoever handles cases."""
    register("macro", Act(Permission.HANDLE, _do, _read, undo=_undo, watched=True))
