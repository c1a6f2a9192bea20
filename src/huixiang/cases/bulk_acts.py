"""What can be done to many cases: assign, close, mark as read or unread, put a tag on or take it off."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress

from django.utils.translation import gettext as _

from huixiang.cases import many, marks, tagging
from huixiang.cases.bulk import Act, Arguments, Before, Outcome, register
from huixiang.cases.models import BulkRun, Case, CaseTag, Tag
from huixiang.cases.states import ENDED
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission


def _actor(run: BulkRun) -> Actor:
    return Actor("staff", run.by_id)


def _owner(run: BulkRun, owner: str) -> Membership | None:
    return member_of_team(workspace_id=run.workspace_id, membership_id=uuid.UUID(owner)) if owner else None


def _read_owner(by: Membership, chosen: Mapping[str, str]) -> Arguments:
    wanted, owner = chosen.get("owner", ""), None
    with suppress(ValueError):
        owner = member_of_team(workspace_id=by.workspace_id, membership_id=uuid.UUID(wanted)) if wanted else None
    if wanted and owner is None:
        raise Refused(_("Choose somebody of the team."))
    return {"owner": wanted}


def _assign(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    before = {case.id: str(case.owner_id) if case.owner_id else "" for case in cases}
    moved = many.assign_many(cases=cases, owner=_owner(run, run.arguments["owner"]), actor=_actor(run))
    return Outcome({case.id: before[case.id] for case in moved})


def _unassign(run: BulkRun, cases: Sequence[Case], before: Before) -> None:
    """Give them back to whoever had them, unless somebody else has them by now."""
    given = run.arguments["owner"]
    ours = [case for case in cases if (str(case.owner_id) if case.owner_id else "") == given]
    groups: dict[str, list[Case]] = {}
    for case in ours:
        groups.setdefault(before[str(case.id)], []).append(case)
    for owner, group in groups.items():
        many.assign_many(cases=group, owner=_owner(run, owner), actor=_actor(run))


def _read_reason(_by: Membership, chosen: Mapping[str, str]) -> Arguments:
    reason = chosen.get("reason", "").replace("\x00", "").strip()
    if not reason:
        raise Refused(_("Say why they are closed without a solution."))
    return {"reason": reason}


def _close(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    refused = {case.id: _("It has ended already.") for case in cases if case.state in ENDED}
    running = [case for case in cases if case.id not in refused]
    many.close_many(cases=running, reason=run.arguments["reason"], actor=_actor(run))
    return Outcome(refused=refused)


def _seen(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    reached = marks.marked(case_ids=[case.id for case in cases], by=run.by)
    unread = [case for case in cases if case.id not in reached or reached[case.id] < case.heard_at]
    marks.mark_read(cases=unread, by=run.by)
    return Outcome({case.id: 1 for case in unread})


def _unsee(run: BulkRun, cases: Sequence[Case], _before: Before) -> None:
    marks.mark_unread(case_ids=[case.id for case in cases], by=run.by)


def _unseen(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    reached = marks.marked(case_ids=[case.id for case in cases], by=run.by)
    read = {case.id: reached[case.id] for case in cases if case.id in reached and reached[case.id] >= case.heard_at}
    marks.mark_unread(case_ids=list(read), by=run.by)
    return Outcome({case_id: at.isoformat() for case_id, at in read.items()})


def _see_again(run: BulkRun, cases: Sequence[Case], before: Before) -> None:
    """Up to where they had read before: what came in between stays unread."""
    at = {case.id: datetime.datetime.fromisoformat(before[str(case.id)]) for case in cases}
    marks.marks_at(at=at, by=run.by)


def _read_tag(by: Membership, chosen: Mapping[str, str]) -> Arguments:
    tag = tagging.tag_named(workspace_id=by.workspace_id, name=chosen.get("tag", ""), actor=Actor("staff", by.id))
    return {"tag": str(tag.id)}


def _tag(run: BulkRun, cases: Sequence[Case]) -> Outcome:
    tag = Tag.objects.filter(workspace_id=run.workspace_id, id=run.arguments["tag"]).first()
    if tag is None:
        return Outcome(refused={case.id: _("The tag was deleted meanwhile.") for case in cases})
    ids = {case.id for case in cases}
    ids -= set(CaseTag.objects.filter(tag=tag, case_id__in=ids).values_list("case_id", flat=True))
    tagging.tag(cases=cases, tag=tag, actor=_actor(run))
    return Outcome(dict.fromkeys(sorted(ids), 1))


def _untag(run: BulkRun, cases: Sequence[Case], _before: Before) -> None:
    tag = Tag.objects.filter(workspace_id=run.workspace_id, id=run.arguments["tag"]).first()
    if tag is not None:
        tagging.untag(cases=cases, tag=tag, actor=_actor(run))


def offer() -> None:
    """Offer the acts of this package."""
    register("assign", Act(Permission.HANDLE, _assign, _read_owner, undo=_unassign, watched=True))
    register("close", Act(Permission.HANDLE, _close, _read_reason, watched=True))
    register("tag", Act(Permission.HANDLE, _tag, _read_tag, undo=_untag))
    register("read", Act(Permission.READ, _seen, undo=_unsee))
    register("unread", Act(Permission.READ, _unseen, undo=_see_again))
