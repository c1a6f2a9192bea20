"""A month of a community run through the whole product in fast time: nothing lost, every red taken.

A thousand people, twenty thousand messages, two crises. Reading, jobs and timetable are the product's own; only the
clock is moved by hand.
"""

import datetime
import itertools
import os
import random
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases.clocks_due import count
from huixiang.cases.models import Case, Clock, Turn
from huixiang.cases.states import ENDED, UNFINISHED, Lane
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.intake.actions import receive
from huixiang.intake.models import Message
from huixiang.journal.models import Entry
from huixiang.members.models import Member
from huixiang.themes.models import EarlyWarning
from huixiang.war_rooms.models import Red, Room
from huixiang.war_rooms.queries import STILL_RED
from huixiang.war_rooms.states import RoomState
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.month.fast_worker import Worker
from tests.month.staff import Team
from tests.month.story import BEGINS, CRISES, CROSS, DAYS, DETAIL_ANSWERS, MESSAGES, THANKS, Line, told

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

TICK = datetime.timedelta(minutes=15)
MANY = int(os.environ.get("HUIXIANG_MONTH", str(MESSAGES)))


@dataclass(slots=True)
class Month:
    """The community, its team, and what is still to be said."""

    account: ChannelAccount
    team: Team
    chance: random.Random
    lines: list[Line]
    later: list[tuple[datetime.datetime, int, InboundMessage]] = field(default_factory=list)
    said: int = 0

    def say(self, now: datetime.datetime) -> None:
        """Everything that was said up to now comes in at once, as a platform brings it."""
        came = list(itertools.takewhile(lambda line: line.at <= now, self.lines))
        del self.lines[: len(came)]
        ripe = sorted(one for one in self.later if one[0] <= now)
        self.later = [one for one in self.later if one[0] > now]
        messages = [self._message(line) for line in came] + [message for _at, _number, message in ripe]
        self.said += len(messages)
        if messages:
            receive(account=self.account, messages=messages)

    def _message(self, line: Line) -> InboundMessage:
        return InboundMessage(
            external_id=f"m-{self.said}-{line.author}-{line.at.timestamp()}", text=line.text,
            author_id=f"u-{line.author}", author_name=f"车友{line.author}", sent_at=line.at,
            thread="车主一群", group="车主一群",
        )  # fmt: skip

    def react(self, now: datetime.datetime) -> None:
        """Two in three answer within ten hours: with details, with thanks, or crossly."""
        authors = self._authors(self.team.answered)
        for turn in self.team.answered:
            if self.chance.random() < 0.65 and turn.case_id in authors:
                at = now + datetime.timedelta(hours=0.2 + self.chance.random() * 10)
                self.later.append((at, len(self.later) + self.said, self._answer(turn, authors[turn.case_id], at)))
        self.team.answered.clear()

    @staticmethod
    def _authors(turns: Sequence[Turn]) -> dict[Any, str]:
        rows = Case.objects.filter(id__in=[turn.case_id for turn in turns])
        return dict(rows.values_list("id", "member__identities__external_id"))

    def _answer(self, turn: Turn, author: str, at: datetime.datetime) -> InboundMessage:
        first = turn.case.turns.filter(direction="outbound").count() == 1
        words = DETAIL_ANSWERS if first else THANKS if self.chance.random() < 0.75 else CROSS
        return InboundMessage(
            external_id=f"a-{turn.id}", text=self.chance.choice(words), author_id=author, author_name="", sent_at=at,
            private=True, addressed=True,
        )  # fmt: skip

    def tell(self) -> None:
        """Three in five of those who read an announcement say whether it is solved."""
        for announcement in self.team.published:
            people = Member.objects.filter(cases__theme_id=announcement.theme_id).distinct().order_by("id")
            for member in people:
                if self.chance.random() < 0.6:
                    solved = "yes" if self.chance.random() < 0.85 else "no"
                    announcements.answer(announcement=announcement, member=member, solved=solved)
        self.team.published.clear()


@pytest.fixture
def month() -> Iterator[tuple[Month, Worker]]:
    with time_machine.travel(BEGINS, tick=False):
        workspace = factories.workspace()
        operators = [factories.membership(workspace, "operator", name=name) for name in ("知夏", "阿澈", "小满")]
        lead = factories.membership(workspace, "owner", name="程屿")
        chance = random.Random(7)  # noqa: S311 - a story, not a secret
        team = Team(workspace, lead, operators, chance)
        account = workspace.channel_accounts.get(slug="owners-app")
        yield Month(account, team, chance, told(messages=MANY)), Worker()


def lived(month: Month, worker: Worker) -> None:
    """Thirty days, a quarter of an hour at a time."""
    before = BEGINS
    for number in range(1, DAYS * 96 + 1):
        now = BEGINS + number * TICK
        with time_machine.travel(now, tick=False):
            month.team.work()  # with what stood there at the last quarter of an hour
            month.react(now)
            month.say(now)
            worker.tick(before, now)
            if number % (7 * 96) == 60:
                month.team.announce_the_common()
            if number % 96 == 40:
                month.team.close_the_silent()
            if month.team.published:
                worker.work_off(now)
                month.tell()
        if number % 96 == 0:
            print(f"day {number // 96}: {month.said} messages", flush=True)  # noqa: T201 - seen with `-s`
        before = now


def test_a_month_is_lived_and_nothing_is_lost(month: tuple[Month, Worker]) -> None:
    story, worker = month
    lived(story, worker)
    with time_machine.travel(BEGINS + DAYS * 96 * TICK, tick=False):
        workspace = story.team.workspace
        told_of = report(story, worker)
        print("\n" + "\n".join(f"{name}: {value}" for name, value in told_of.items()))  # noqa: T201 - the figures
        assert workspace.cases.exists()
        every_message_is_read(workspace, story.said)
        no_clock_is_lost(workspace)
        every_red_is_taken(workspace)
        both_crises_have_their_room(workspace)


def every_message_is_read(workspace: Workspace, said: int) -> None:
    states = Counter(Message.objects.filter(workspace=workspace).values_list("state", flat=True))
    assert set(states) <= {"feedback", "noise", "turn"}
    assert sum(states.values()) == said


def no_clock_is_lost(workspace: Workspace) -> None:
    """Each case began with one, no ended case has one at work, each breach is noted, each due time is right."""
    mine = Clock.objects.filter(workspace=workspace)
    current = Case.objects.filter(workspace=workspace, historical=False)
    assert not current.exclude(clocks__name="first_answer").exists()
    runs = Q(met_at=None, stopped_at=None)
    assert not mine.filter(runs, case__state__in=ENDED).exists()
    now = timezone.now()
    late = mine.filter(runs, paused_at=None, due_at__lt=now - datetime.timedelta(minutes=1))
    assert not late.filter(breach_noted_at=None).exists()
    noted = mine.exclude(breach_noted_at=None).count()
    names = ["cases.clock_breached", "cases.promise_breached"]
    assert Entry.objects.filter(workspace_id=workspace.id, name__in=names).count() >= noted
    hours = WorkingHours.of(workspace)
    for clock in mine.filter(runs):
        due = clock.due_at
        count(clock, hours)
        assert clock.due_at == due


def every_red_is_taken(workspace: Workspace) -> None:
    reds = Case.objects.filter(workspace=workspace, grade="red", historical=False)
    assert reds.exists()
    assert not Red.objects.filter(STILL_RED, workspace=workspace).exists()
    assert Red.objects.filter(workspace=workspace).exclude(acknowledged_at=None).exists()
    assert not reds.filter(red=None).exists()


def both_crises_have_their_room(workspace: Workspace) -> None:
    rooms = list(Room.objects.filter(workspace=workspace).order_by("opened_at"))
    for crisis in CRISES:
        end = crisis.begins + datetime.timedelta(hours=12)
        assert any(crisis.begins <= room.opened_at <= end for room in rooms)
    assert all(room.state != RoomState.OPEN for room in rooms if room.opened_at < timezone.now() - 4 * 24 * TICK * 4)


def report(story: Month, worker: Worker) -> dict[str, object]:
    """The figures of the month."""
    workspace = story.team.workspace
    cases = Case.objects.filter(workspace=workspace)
    clocks = Clock.objects.filter(workspace=workspace)
    reds = Red.objects.filter(workspace=workspace)
    waits = [(one.acknowledged_at - one.red_at).total_seconds() / 60 for one in reds if one.acknowledged_at]
    rooms = Room.objects.filter(workspace=workspace)
    return {
        "messages": story.said, "members": Member.objects.filter(workspace=workspace).count(),
        "cases": cases.count(), "by state": dict(Counter(cases.values_list("state", flat=True))),
        "by grade": dict(Counter(cases.values_list("grade", flat=True))),
        "unfinished": cases.filter(state__in=UNFINISHED).count(),
        "answers": Turn.objects.filter(workspace=workspace, direction="outbound", lane=Lane.PRIVATE).count(),
        "clocks": dict(Counter(clocks.values_list("name", flat=True))),
        "clocks breached": clocks.exclude(breach_noted_at=None).count(),
        "first answers in time": _in_time(clocks.filter(name="first_answer", met_at__isnull=False)),
        "reds": reds.count(),
        "minutes until a red was taken, median and longest": (statistics.median(waits), max(waits)) if waits else None,
        "rooms": [f"{room.title}: opened {room.opened_at:%m-%d %H:%M}, {room.state}" for room in rooms],
        "early warnings": EarlyWarning.objects.filter(workspace=workspace).count(),
        "announcements": Announcement.objects.filter(workspace=workspace, published_at__isnull=False).count(),
        "journal": Entry.objects.filter(workspace_id=workspace.id).count(),
        "jobs": sum(worker.done.values()),
    }  # fmt: skip


def _in_time(clocks: Any) -> str:
    times = [(one.met_at, one.due_at) for one in clocks]
    return f"{sum(met <= due for met, due in times)} of {len(times)}"
