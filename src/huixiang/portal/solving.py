"""A member says whether their case is solved."""

from django.db import transaction

from huixiang.announcements import actions as announcements
from huixiang.cases.actions import end, reopen
from huixiang.cases.models import Case
from huixiang.cases.states import CaseState
from huixiang.insights.echoes import announcement_of
from huixiang.journal.events import Actor
from huixiang.members.models import Member


@transaction.atomic
def say_whether_solved(*, case: Case, member: Member, solved: bool) -> None:
    """Confirm the case or take it up again; where a fix was announced, the answer counts there too.

    Journal: cases.state_changed, and announcements.solved_answered where there is an announcement.
    """
    announcement = announcement_of(case.theme) if case.theme else None
    if announcement:
        announcements.answer(announcement=announcement, member=member, solved="yes" if solved else "no")
    elif solved:
        end(case=case, state=CaseState.CONFIRMED, actor=Actor("member", member.id))
    else:
        reopen(case=case, actor=Actor("member", member.id))
