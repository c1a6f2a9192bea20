"""Stories of critics in a few words, each step by the product's own verbs."""

import datetime
from typing import Any

from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import actions as cases
from huixiang.cases import stages
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.insights.conversion import ways
from huixiang.insights.models import CriticWay
from huixiang.journal.events import Actor
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership
from tests.factories.rows import member, placed, towards, unstored

DAY = datetime.timedelta(days=1)
TIMES = ("opened_at", "first_answered_at", "solved_at", "confirmed_at", "closed_at", "last_at")


class Told:
    """A community in which one of the team handles what is said."""

    def __init__(self, account: ChannelAccount, by: Membership) -> None:
        self.account, self.by, self.actor = account, by, Actor("staff", by.id)

    def says(self, name: str, *, axis: int = 0, days: float = 0, **fields: Any) -> Feedback:
        """Somebody says something about a matter, so many days ago; nobody opens a case for it."""
        said_at = timezone.now() - days * DAY
        said = unstored(self.account, by=name, said_at=said_at, **fields)
        placed(self.account, [towards(axis)], said)
        return said

    def case(self, name: str, *, axis: int = 0, days: float = 0, **fields: Any) -> Case:
        """The same, and a case is opened for it."""
        said = self.says(name, axis=axis, days=days, **fields)
        found = cases.open_cases(workspace_id=self.account.workspace_id, feedbacks=[said])[0]
        said.save(update_fields=["case_id"])
        return found

    def answers(self, case: Case) -> None:
        case.refresh_from_db()
        cases.reply(case=case, by=self.by, text="谢谢您告诉我们，我们在查", lane="private")
        case.refresh_from_db()

    def hears_the_details(self, case: Case) -> None:
        stages.move(case=case, stage="details", actor=self.actor)

    def ends(self, case: Case, state: str = "solved") -> None:
        cases.end(case=case, state=state, actor=self.actor, reason="查无此事")

    def announces(self, axis: int = 0) -> Announcement:
        """The matter is fixed and announced, and whoever is concerned is told."""
        theme = self.theme(self.says("团队", axis=axis, sentiment=0))
        draft = announcements.resolve_and_draft(theme=theme, root_cause="自检", fix="改了", fixed_in="3.4", by=self.by)
        found = announcements.publish(announcement=draft, by=self.by)
        announcements.tell(announcement_id=found.id)
        return found

    def theme(self, said: Feedback) -> Theme:
        return Theme.objects.get(id=said.theme_id or said.id)

    def hears(self, announcement: Announcement, name: str, solved: str) -> None:
        announcements.answer(announcement=announcement, member=self.person(name), solved=solved)

    def person(self, name: str) -> Member:
        return member(self.account, name)

    def loses_the_answer(self, case: Case) -> None:
        Delivery.objects.filter(about_id=case.id).update(state="failed")

    def lets_pass(self, case: Case, days: float) -> None:
        """What happened in the case happened that much earlier."""
        case.refresh_from_db()
        moved = {name: getattr(case, name) - days * DAY for name in TIMES if getattr(case, name)}
        Case.objects.filter(id=case.id).update(**moved)

    def way(self, case: Case | Feedback) -> CriticWay:
        """The way as it stands now."""
        ways.freshen(self.account.workspace_id)
        return CriticWay.objects.get(key=case.id)

    def stage(self, case: Case | Feedback) -> str:
        return self.way(case).get_stage_display()
