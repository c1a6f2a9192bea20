"""The demo communities: the story their guide speaks of, and life on every page."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from huixiang.academy.models import Attempt, CoursePass
from huixiang.announcements.models import Announcement, Answer, Credit, Solved
from huixiang.announcements.queries import thanks
from huixiang.cases.models import Case, Clock, ClockName
from huixiang.cases.states import CaseState
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.cli.demo import plan, story
from huixiang.cli.demo.stage import Told
from huixiang.feedback.models import Feedback, Grade, Kind
from huixiang.intake.models import ImportRun, Message, MessageState
from huixiang.members.models import Consent, Identity, Member, Tier
from huixiang.playbooks.models import Playbook, Rota, RunStep
from huixiang.themes.models import Merge, Theme, Vote
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership, User, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lines() -> dict[str, dict[str, dict[str, Any]]]:
    """What the files say, per community: message key → line."""
    found = {}
    for name in plan.FILES:
        one = plan.read(name, timezone.now().astimezone(story.ZONE))
        spoken = [event for event in one.events if event.verb in plan.SPOKEN]
        said = [row for event in spoken for row in event.line.get("rows", [event.line])]
        found[one.furniture["workspace"]["slug"]] = {row["key"]: row for row in said}
    return found


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any, lines: object) -> Iterator[list[Told]]:
    """The whole load, once for all tests of this file."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=hasher), transaction.atomic():
        yield story.tell("a password of the tests")
        transaction.set_rollback(True)


@pytest.fixture
def demo(told: list[Told]) -> Workspace:
    return told[0].workspace


def test_nothing_of_the_story_is_left_out(told: list[Told]) -> None:
    assert [one.skipped for one in told] == [[], [], []]
    assert not Message.objects.filter(state__in=[MessageState.PARKED, MessageState.PENDING]).exists()


def test_it_is_as_large_as_a_community(told: list[Told], demo: Workspace) -> None:
    assert sum(one.said for one in told) >= 300
    assert Message.objects.filter(workspace=demo).count() >= 180
    assert ChannelAccount.objects.filter(workspace=demo).count() >= 6
    assert sum(len(one.members) for one in told) >= 60
    first = Message.objects.filter(workspace=demo, historical=False).earliest("sent_at").sent_at
    assert 52 <= (timezone.now() - first).days <= 58
    assert Message.objects.filter(workspace=demo, sent_at__gt=timezone.now() - timezone.timedelta(hours=3)).count() >= 5


def test_everything_that_can_be_is_there(told: list[Told], demo: Workspace) -> None:
    cases, themes = Case.objects.filter(workspace=demo), Theme.objects.filter(workspace=demo)
    assert set(cases.values_list("state", flat=True)) == set(CaseState.values)
    assert set(cases.values_list("grade", flat=True)) == set(Grade.values)
    assert set(themes.values_list("status", flat=True)) == set(ThemeStatus.values)
    assert cases.filter(historical=True).exists()
    members = Member.objects.filter(workspace=demo)
    assert set(members.filter(anonymous=False).values_list("tier", flat=True)) == set(Tier.values)
    assert set(members.values_list("credit_consent", flat=True)) == set(Consent.values)
    assert members.filter(anonymous=True).exists()
    kinds = set(Feedback.objects.filter(workspace=demo).values_list("kind", flat=True))
    assert kinds == set(Kind.values) - {Kind.SPAM}
    credited = Credit.objects.filter(workspace=demo).values_list("member__credit_consent", flat=True)
    assert set(credited) == set(Consent.values)
    assert set(Answer.objects.filter(workspace=demo).values_list("solved", flat=True)) == set(Solved.values)
    assert Merge.objects.filter(workspace=demo, undone_at__isnull=False).count() == 1
    assert Delivery.objects.filter(workspace=demo, state=DeliveryState.FAILED).exists()
    assert ImportRun.objects.filter(workspace=demo, refused=2).count() == 1


def test_the_mix_can_be_believed(demo: Workspace) -> None:
    grades = Counter(Case.objects.filter(workspace=demo).values_list("grade", flat=True))
    assert grades[Grade.RED] <= sum(grades.values()) // 12
    owners = Counter(Case.objects.filter(workspace=demo, historical=False).values_list("owner__user__name", flat=True))
    assert {"知夏", "沈砚", "乔安"} <= set(owners)
    assert owners.most_common(1)[0][1] <= sum(owners.values()) // 2
    late = Case.objects.filter(workspace=demo, due_at__lt=timezone.now())
    assert 1 <= late.count() <= 8
    several = Counter(Identity.objects.filter(workspace=demo).values_list("member", flat=True))
    assert sum(number > 1 for number in several.values()) >= 10
    assert Vote.objects.filter(workspace=demo).count() >= 20


def test_the_team_is_alive(told: list[Told], demo: Workspace) -> None:
    """Talks practised with and without success, weekend duty, steps done, most public answers in time."""
    for one in told:
        talks = Attempt.objects.filter(workspace=one.workspace)
        assert {"settled"} < set(talks.values_list("ending", flat=True)), one.workspace
        assert Rota.objects.filter(workspace=one.workspace).count() == 1
    passed = CoursePass.objects.filter(workspace=demo).values_list("membership__user__name", "course")
    assert set(passed) == {("知夏", "emotion"), ("知夏", "crisis"), ("知夏", "mediation")}
    assert Playbook.objects.get(workspace=demo, key="yellow-standard").active.number == 2  # type: ignore[union-attr]
    steps = Counter(RunStep.objects.filter(workspace=demo, run__ended_at=None).values_list("state", flat=True))
    assert 1 <= steps["late"] <= steps["done"] // 5
    promises = Clock.objects.filter(workspace=demo, name=ClockName.ANNOUNCEMENT, stopped_at=None)
    kept = promises.filter(met_at__lte=F("due_at")).count()
    late = promises.filter(met_at=None, due_at__lt=timezone.now()).count()
    assert (kept >= 10, 1 <= late <= kept + 4) == (True, True), (kept, late)


def test_announcements_thank_by_name_and_one_draft_waits(told: list[Told], demo: Workspace) -> None:
    published = Announcement.objects.filter(workspace=demo, published_at__isnull=False)
    assert published.count() >= 3
    assert all(one.told_at for one in published)
    assert Announcement.objects.filter(workspace=demo, published_at=None).count() == 1
    call = published.get(title="打电话时，导航不再抢话")
    assert [one.name for one in thanks(call)[0]] == ["阿澈", "老麦", "秋秋和毛豆"]
    for one in told[1:]:
        assert Announcement.objects.filter(workspace=one.workspace, published_at__isnull=False).count() >= 2


def test_the_red_case_of_the_guide_is_on_top(demo: Workspace) -> None:
    top = Case.objects.filter(workspace=demo, state__in=["open", "waiting_us", "waiting_member", "reopened"])
    first = top.order_by("urgency").select_related("owner__user", "member", "theme")[0]
    assert first.owner is not None
    assert first.theme is not None
    assert (first.grade, first.member.name, first.owner.user.name) == ("red", "漠河守夜人", "知夏")
    assert (first.theme.name, first.theme.status) == ("低温无法启动", ThemeStatus.CONFIRMED)


def test_the_gate_on_the_demo(
    told: list[Told],
    lines: dict[str, dict[str, dict[str, Any]]],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """How often the machine agrees with the files; what it got wrong a person put right in the story."""
    noise = sum(bool(line.get("noise")) for one in lines.values() for line in one.values())
    worth = sum(map(len, lines.values())) - noise - 3  # three rows of the files cannot be stored
    kept_out, kept = noise - sum(one.let_in for one in told), worth - sum(one.left_out for one in told)
    record_testsuite_property("gate", f"{kept} of {worth} feedbacks kept, {kept_out} of {noise} chatter left out")
    assert kept / worth >= 0.88
    assert kept_out / noise >= 0.75


def test_what_is_chatter_is_not_in_the_inbox_and_what_is_feedback_is_kept(
    told: list[Told], lines: dict[str, dict[str, dict[str, Any]]]
) -> None:
    for one in told:
        said = lines[one.workspace.slug]
        messages = Message.objects.filter(workspace=one.workspace)
        chatter = [message for message in messages if said[message.external_id].get("noise")]
        worth = [message for message in messages if not said[message.external_id].get("noise")]
        assert {message.state for message in worth} == {MessageState.FEEDBACK, MessageState.TURN}
        ids = [message.feedback_id for message in chatter if message.feedback_id]
        running = Case.objects.filter(workspace=one.workspace).exclude(state=CaseState.CLOSED)
        assert not running.filter(id__in=Feedback.objects.filter(id__in=ids).values("case_id")).exists()


def test_a_second_start_loads_nothing(told: list[Told], capsys: pytest.CaptureFixture[str]) -> None:
    from huixiang.cli import demo as command  # noqa: PLC0415

    command.load_if_empty()
    assert capsys.readouterr().out == ""


DESK = [
    "inbox/", "feedback/", "feedback/?tab=noise", "themes/", "themes/?view=board", "themes/?status=all",
    "announcements/", "channels/", "settings/team/", "settings/keys/", "settings/rules/", "settings/standards/",
    "settings/tags/", "settings/journal/", "search/?q=充电",
]  # fmt: skip
PORTAL = ["", "announcements/", "me/", "say/"]
EMPTY = re.compile(r'<(?:div|section|p) class="(?:[^"]* )?empty(?: [^"]*)?"')
DETAIL_PANE = re.compile(r"没有打开的个案|No case is open")


@pytest.mark.parametrize("slug", ["demo", "shanlan", "tingjian"])
def test_no_page_is_empty(told: list[Told], slug: str) -> None:
    cache.clear()
    client = Client()
    client.force_login(Membership.objects.get(workspace__slug=slug, role="owner").user)
    words = {"demo": "充电", "shanlan": "包装", "tingjian": "回放"}
    bare = []
    for page in [*(f"/w/{slug}/{page}" for page in DESK), *(f"/c/{slug}/{page}" for page in PORTAL)]:
        answer = client.get(page.replace("充电", words[slug]))
        assert answer.status_code == 200, page
        html = answer.content.decode()
        if EMPTY.search(html) and not DETAIL_PANE.search(html):
            bare.append(page)
    assert bare == []


def test_every_case_and_theme_page_opens(told: list[Told], demo: Workspace) -> None:
    client = Client()
    client.force_login(User.objects.get(email="zhixia@demo.huixiang.local"))
    for case in Case.objects.filter(workspace=demo).order_by("?")[:12]:
        assert client.get(f"/w/demo/cases/{case.id}/").status_code == 200
    for theme in Theme.objects.filter(workspace=demo).exclude(status="merged").order_by("?")[:12]:
        assert client.get(f"/w/demo/themes/{theme.id}/").status_code == 200
