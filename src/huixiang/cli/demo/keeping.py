"""What workers and the team do between the lines of the story: steps of playbooks are told of, done or late."""

import datetime
from typing import Final

from django.utils import timezone

from huixiang.cases import clocks_public
from huixiang.cases.clocks_models import RUNS, Clock
from huixiang.cases.clocks_watch import note_breaches
from huixiang.cases.states import ENDED
from huixiang.cli.demo.stage import Told
from huixiang.kernel.errors import Refused
from huixiang.playbooks import acting, telling
from huixiang.playbooks.models import PlaybookRun, RunStep
from huixiang.playbooks.settling import settle
from huixiang.playbooks.states import TO_DO, DoneBy, StepKind
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership

ANSWERED: Final = (ThemeStatus.ANNOUNCED, ThemeStatus.DECLINED, ThemeStatus.MERGED)
SOON: Final = datetime.timedelta(hours=26)  # what is due within a day and a bit is seen to today
LEFT_LATE: Final = 9  # one step in so many is forgotten until somebody is told that it is late
WHY_SKIPPED: Final = {
    DoneBy.PRIVATE: "这个渠道没有私聊，已在原帖里回复本人。",
    DoneBy.DETAILS: "成员暂时没有更多可补充的，先按现有信息处理。",
    DoneBy.CONFIRMED: "打过两次电话没人接，留言说明了处理结果。",
}
NOTES: Final = {
    StepKind.VERIFY: "复现了，和描述一致。",
    StepKind.REVIEW: "看过，措辞没问题，可以发。",
    StepKind.CARE: "寄了手写卡片和一份小礼物。",
    StepKind.CALL_BACK: "电话里确认过，没有再出现。",
    StepKind.OFFER: "给了办法，对方愿意试试。",
}


def end_the_day(told: Told) -> None:
    """Promises that were kept end, breaches are noted, facts tick what they did, and the team sees to what is due."""
    kept = Clock.objects.filter(RUNS, workspace=told.workspace, theme__status__in=ANSWERED)
    clocks_public.follow(workspace=told.workspace, theme_ids=set(kept.values_list("theme_id", flat=True)))
    note_breaches()
    look(told)
    see_to(told)
    telling.note_late()


def look(told: Told) -> None:
    """Steps that began are told of, and facts tick what they have done by now."""
    telling.remind()
    runs = PlaybookRun.objects.filter(workspace=told.workspace, ended_at=None)
    settle(workspace=told.workspace, case_ids=list(runs.values_list("case_id", flat=True)))


def see_to(told: Told) -> None:
    """What people tick by hand is ticked, and what facts did not do by its time is skipped with the reason."""
    due = RunStep.objects.filter(workspace=told.workspace, state__in=TO_DO, due_at__lte=timezone.now() + SOON)
    rows = due.select_related("step", "case__owner", "owner").order_by("due_at", "position")
    for row in rows:
        told.steps += 1
        by = row.owner or _of_role(told, row.role) or row.case.owner
        if by and (told.steps % LEFT_LATE or row.case.state in ENDED):
            _do(row, by)


def _of_role(told: Told, role: str) -> Membership | None:
    return next((one for one in told.team.values() if role and one.role == role), None)


def _do(row: RunStep, by: Membership) -> None:
    reason = WHY_SKIPPED.get(DoneBy(row.step.done_by))
    try:
        if row.step.done_by == DoneBy.HAND:
            acting.tick(row=row, by=by, note=NOTES.get(StepKind(row.step.kind), ""))
        elif reason and row.due_at and row.due_at <= timezone.now():
            acting.skip(row=row, by=by, reason=reason)
    except Refused:  # its run ended with a step before
        return
