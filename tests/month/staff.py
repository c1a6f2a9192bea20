"""The team of the simulated month: three operators and a lead, who do what a good team does, by the product's verbs."""

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import actions as cases
from huixiang.cases.answering import Manner, reply
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import TO_DO, UNFINISHED, CaseState, Direction, Lane
from huixiang.feedback.models import Grade
from huixiang.journal.events import Actor
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.war_rooms import actions as rooms
from huixiang.war_rooms import closing, noting, queries, statements
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership, Workspace
from tests.month.story import CROSS, SHANGHAI, THANKS

OPEN_FROM, OPEN_UNTIL = datetime.time(8, 30), datetime.time(22)
ANSWERS_A_TICK: Final = 8  # of the whole team, within a quarter of an hour
ROOM_STANDS: Final = datetime.timedelta(hours=60)
SOON: Final = datetime.timedelta(minutes=20)
SILENT_FOR: Final = datetime.timedelta(days=4)
ANNOUNCED_FROM: Final = 8  # people
ASKS: Final = (
    "谢谢您告诉我们“{what}”，让您着急了，真抱歉。方便说说当时的情形吗：在哪里、哪个版本？我今天下班前把进展发给您。",
    "给您添堵了，对不起。您说的“{what}”我记下了，请问是从哪天开始的，每次都会吗？我明天中午前给您回话。",
)
OFFERS: Final = (
    "谢谢您补充得这么细。“{what}”我们已经找到原因，工程师今晚推送修复，您明早试一下，我明天上午来问您。",
    "多谢您。原因查到了，是我们的疏忽，实在抱歉。师傅周五前上门处理好，到时我再跟您确认一遍，好吗？",
)
AGAIN: Final = "您生气是应该的，换作是我也一样，对不起。“{what}”今晚八点前我请工程师给您打电话，方便留个时间吗？"


@dataclass(slots=True)
class Team:
    """Who works, and what of it waits for a member's reaction."""

    workspace: Workspace
    lead: Membership
    operators: Sequence[Membership]
    chance: random.Random
    answered: list[Turn] = field(default_factory=list)  # since the story was last asked for reactions
    published: list[Announcement] = field(default_factory=list)

    def work(self) -> None:
        """A quarter of an hour: what is red at any time, the rest in working hours."""
        self._take_reds()
        self._look_after_rooms()
        if OPEN_FROM <= timezone.now().astimezone(SHANGHAI).time() <= OPEN_UNTIL:
            for case in self._waiting()[:ANSWERS_A_TICK]:
                self._handle(case)

    def _take_reds(self) -> None:
        for red in queries.unacknowledged(self.workspace.id):
            rooms.acknowledge(case=red.case, by=self.chance.choice(self.operators))
        found = Case.objects.filter(workspace=self.workspace, grade=Grade.RED, state__in=TO_DO, historical=False)
        for case in found.select_related("member", "workspace", "account").order_by("urgency", "id")[:20]:
            self._handle(case)

    def _waiting(self) -> list[Case]:
        found = Case.objects.filter(workspace=self.workspace, state__in=TO_DO, historical=False)
        return list(found.select_related("member", "workspace", "account").order_by("urgency", "id"))

    def _handle(self, case: Case) -> None:
        """Ask first, offer then, end what the member is content with."""
        heard = case.turns.filter(direction=Direction.INBOUND).order_by("-at").values_list("text", flat=True).first()
        answers = case.turns.filter(direction=Direction.OUTBOUND).count()
        by = case.owner or self.chance.choice(self.operators)
        if answers and heard in THANKS:
            cases.end(case=case, state=self.chance.choice((CaseState.SOLVED, CaseState.CONFIRMED)), actor=_of(by))
            return
        said = AGAIN if heard in CROSS else self.chance.choice(OFFERS if answers else ASKS)
        manner = Manner(offers=said in OFFERS)
        text = said.format(what=case.title)
        self.answered.append(reply(case=case, by=by, text=text, lane=Lane.PRIVATE, manner=manner))

    def _look_after_rooms(self) -> None:
        for room in queries.at_work(self.workspace.id):
            if not statements_of(room):
                self._prepare(room)
            if room.next_update_at and room.next_update_at <= timezone.now() + SOON:
                noting.post_update(room=room, by=self.lead, text="原因已定位，停用该版本，逐个联系车主，修复在测。")
            if timezone.now() - room.opened_at > ROOM_STANDS:
                self._finish(room)

    def _prepare(self, room: Room) -> None:
        """The holding statement: one writes it, another says yes, and it stands where everybody reads the theme."""
        words = "我们已收到多位车主的反馈，正在紧急核查，请先停用相关功能。今晚八点前公布进展。"
        made = statements.write(room=room, by=self.operators[0], text=words, base=None)
        statements.ask(statement=made, by=self.operators[0])
        statements.judge(statement=made, by=self.lead, approved=True)
        if room.theme_id:
            statements.put_on_theme(statement=made, by=self.lead)

    def _finish(self, room: Room) -> None:
        if room.theme and room.theme.status not in (ThemeStatus.ANNOUNCED, ThemeStatus.MERGED):
            self._announce(room.theme)
        due = timezone.now().date() + datetime.timedelta(days=14)
        change = closing.Planned("发布前增加低温与湿滑路面的回归测试", self.operators[1], due)
        happened, why = "新版本在个别车上出现异常。", "发布前没有覆盖到这种情形。"
        told = closing.Told(happened, why, met=True, met_words="", changes=[change])
        closing.close(room=room, by=self.lead, told=told)

    def announce_the_common(self) -> None:
        """Once a week: what several people met is resolved, announced, and everybody concerned is told."""
        found = Theme.objects.filter(workspace=self.workspace, people_count__gte=ANNOUNCED_FROM)
        at_work = [room.theme_id for room in queries.at_work(self.workspace.id)]
        for theme in found.filter(status__in=[ThemeStatus.FOUND, ThemeStatus.CONFIRMED]).exclude(id__in=at_work):
            self._announce(theme)

    def _announce(self, theme: Theme) -> None:
        draft = announcements.resolve_and_draft(
            theme=theme, root_cause="控制器在个别情形下判断有误", fix="修正了判断", fixed_in="3.5.1", by=self.lead
        )
        self.published.append(announcements.publish(announcement=draft, by=self.lead))

    def close_the_silent(self) -> None:
        """Those who never answered again are told so, and closed with the reason."""
        quiet = Case.objects.filter(workspace=self.workspace, state=CaseState.WAITING_MEMBER)
        for case in quiet.filter(last_at__lt=timezone.now() - SILENT_FOR):
            cases.end(case=case, state=CaseState.CLOSED, actor=_of(self.lead), reason="多次联系未得到回复")


def _of(by: Membership) -> Actor:
    return Actor("staff", by.id)


def statements_of(room: Room) -> bool:
    """Whether anything was written to be said."""
    return room.statements.exists()


def unfinished(workspace: Workspace) -> int:
    """How many cases still run."""
    return Case.objects.filter(workspace=workspace, state__in=UNFINISHED).count()
