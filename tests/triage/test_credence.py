import datetime
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.engine import read
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.triage import background, credence
from huixiang.triage.background import Background, Burst, Record, tail
from huixiang.triage.copies import Copied
from huixiang.triage.credence import Backing, authenticity
from huixiang.triage.models import Assessment
from tests.factories import inbound, received
from tests.factories.rows import hours_ago, placed, towards, unstored

NOW = timezone.now()
[READING] = read(["零下三十度停了一夜，早上按启动键没有反应，车机版本 3.4.1"])
EARLIER = Record(first_at=NOW - datetime.timedelta(days=400), number=12)
GROUP = uuid.uuid4()


def _burst(fresh: int, people: int) -> Burst:
    return Burst(people, fresh, frozenset(uuid.uuid4() for _ in range(fresh)))


def _dial(backing: Backing, base: int = 50, *, member: dict[str, Any] | None = None, **said: object) -> Any:
    feedback = Feedback(said_at=NOW, kind="defect", facts=READING.facts, **said)
    return authenticity(replace(READING, authenticity=base), Member(**(member or {})), feedback, backing)


@pytest.mark.parametrize(
    ("member", "backing", "value", "codes"),
    [
        ({}, Backing(), 50, []),
        ({"confirmed_count": 1}, Backing(), 53, ["earlier_true"]),
        ({"confirmed_count": 50}, Backing(), 65, ["earlier_true"]),
        ({}, Backing(record=Record(number=2, proved=2)), 56, ["earlier_true"]),
        ({}, Backing(record=EARLIER), 55, ["known"]),
        ({"tier": "koc"}, Backing(), 55, ["known"]),
        ({}, Backing(record=Record(number=1, wrong=1)), 42, ["earlier_wrong"]),
        ({}, Backing(record=Record(number=9, wrong=9)), 26, ["earlier_wrong"]),
        ({"anonymous": True}, Backing(record=Record(number=9, wrong=9)), 50, []),
        ({}, Backing(files=2, link=True), 66, ["files", "link"]),
        ({}, Backing(copied=Copied(GROUP, 100, 1, 4)), 50, ["repeats"]),
        ({}, Backing(copied=Copied(GROUP, 100, 2, 2)), 40, ["copies"]),
        ({}, Backing(copied=Copied(GROUP, 62, 3, 3)), 20, ["near_copies"]),
        ({}, Backing(copied=Copied(GROUP, 100, 9, 9)), 10, ["copies"]),
        ({}, Backing(copied=Copied(GROUP, 100, 9, 9), burst=_burst(8, 9)), 0, ["copies", "burst"]),
        ({}, Backing(burst=_burst(8, 9)), 30, ["burst"]),
    ],
)
def test_every_point_has_its_reason(member: dict[str, Any], backing: Backing, value: int, codes: list[str]) -> None:
    dial = _dial(backing, member=member)
    assert (dial.value, [code for code, _values in dial.said]) == (value, ["engine", *codes])
    assert dial.quote == "车机版本 3.4.1"


@pytest.mark.parametrize(
    ("told", "before", "differ"),
    [
        ("车机版本 3.4.1", "车机版本 3.2", True),
        ("车机版本 3.4.1", "3.4", False),
        ("车机版本 3.4.1", "车机版本 3.4.1", False),
        ("22款", "23款", False),
    ],
)
def test_two_versions_of_one_matter_in_a_day_contradict(told: str, before: str, differ: bool) -> None:
    feedback = Feedback(said_at=NOW, kind="defect", facts={"version": told})
    dial = authenticity(READING, Member(), feedback, Backing(record=Record(number=1, versions=(before,))))
    assert (("two_versions", {}) in dial.said) == differ


def test_praise_and_blame_of_one_side_in_a_day_contradict() -> None:
    record = Record(number=1, praised=frozenset({"空间"}))
    blamed = [{"name": "空间", "sentiment": -1}]
    assert _dial(Backing(record=record), aspects=blamed).value == 42
    assert _dial(Backing(record=record), aspects=[{"name": "油耗", "sentiment": -1}]).value == 50


@pytest.mark.parametrize(
    ("backing", "asks"),
    [
        (Backing(), False),
        (Backing(copied=Copied(GROUP, 100, 2, 2)), False),
        (Backing(copied=Copied(GROUP, 100, 3, 3)), True),
        (Backing(burst=_burst(5, 5)), True),
        (Backing(record=Record(number=1, versions=("9.9.9",))), True),
        (Backing(record=Record(number=3, wrong=3)), False),
    ],
)
def test_what_looks_arranged_has_evidence_asked_for(backing: Backing, asks: bool) -> None:
    assert credence.asks_for_evidence(_dial(backing)) == asks


@pytest.mark.parametrize(
    ("people", "fresh", "share", "rare"),
    [(8, 8, 0.2, True), (8, 3, 0.2, False), (30, 30, 0.95, False), (5, 5, 0.1, True)],
)
def test_a_burst_is_more_new_ones_than_chance_explains(people: int, fresh: int, share: float, rare: bool) -> None:
    assert (tail(people, fresh, share) < background.CHANCE) == rare


def _community(account: ChannelAccount, *, new: int) -> Theme:
    """Sixty people who were there long before, and a theme that `new` accounts and two old ones speak of just now."""
    said = [unstored(account, f"旧事{n}", by=f"老{n}", said_at=hours_ago(48 + n)) for n in range(60)]
    placed(account, [towards(n) for n in range(60)], *said)
    old = [unstored(account, "导航闪退", by=f"老{n}", said_at=hours_ago(1)) for n in range(2)]
    fresh = [unstored(account, "导航闪退", by=f"新{n}", said_at=hours_ago(n / 10)) for n in range(new)]
    [theme, *_] = placed(account, [towards(100)] * (new + 2), *old, *fresh)
    Member.objects.filter(name__startswith="老").update(created_at=hours_ago(24 * 400))
    return theme


def _behind(account: ChannelAccount, theme: Theme) -> Background:
    said = list(Feedback.objects.filter(theme_id=theme.id).order_by("said_at"))
    return background.background(workspace_id=account.workspace_id, feedbacks=said)


@pytest.mark.parametrize(("new", "found"), [(3, False), (6, True)])
def test_new_accounts_on_one_theme_within_hours_are_a_burst(
    new: int, found: bool, app_channel: ChannelAccount
) -> None:
    theme = _community(app_channel, new=new)
    behind = _behind(app_channel, theme)
    members = behind.bursts[theme.id].members if found else []
    named = Member.objects.filter(id__in=members).values_list("name", flat=True)
    assert sorted(named) == [f"新{n}" for n in range(new if found else 0)]
    assert set(behind.bursts) == ({theme.id} if found else set())


def test_old_accounts_that_never_spoke_are_taken_with_a_majority_of_new_ones(app_channel: ChannelAccount) -> None:
    theme = _community(app_channel, new=6)
    bought = unstored(app_channel, "导航闪退", by="买来的", said_at=hours_ago(0.5))
    bought.theme_id = theme.id
    bought.save()
    Member.objects.filter(name="买来的").update(created_at=hours_ago(24 * 300))
    assert bought.member_id in _behind(app_channel, theme).bursts[theme.id].members
    many = [
        unstored(app_channel, "导航闪退", by=f"路人{n}", said_at=hours_ago(0.5), theme_id=theme.id) for n in range(9)
    ]
    Feedback.objects.bulk_create(many)
    Member.objects.filter(name__startswith="路人").update(created_at=hours_ago(24 * 300))
    assert _behind(app_channel, theme).bursts[theme.id].members.isdisjoint(m.member_id for m in many)


def test_where_everybody_is_new_nobody_is_suspect(app_channel: ChannelAccount) -> None:
    theme = _community(app_channel, new=6)
    Member.objects.update(created_at=hours_ago(60 * 24))
    Feedback.objects.update(historical=False)
    Member.objects.update(created_at=timezone.now() - datetime.timedelta(days=3))
    assert _behind(app_channel, theme).bursts == {}


def test_what_was_said_before_is_read_in_one_statement(
    app_channel: ChannelAccount, django_assert_num_queries: Any
) -> None:
    theme = _community(app_channel, new=6)
    proved = Feedback.objects.filter(member__name="老1", said_at__lt=hours_ago(40)).values("theme_id")
    Theme.objects.filter(id__in=proved).update(confirmed_at=NOW)
    said = list(Feedback.objects.filter(theme_id=theme.id).order_by("said_at"))
    for number in (1, 3):
        with django_assert_num_queries(2):
            found = background.background(workspace_id=app_channel.workspace_id, feedbacks=said[:number])
        assert len(found.records) == number
    records = background.background(workspace_id=app_channel.workspace_id, feedbacks=said).records
    assert sorted((one.number, one.proved, one.wrong) for one in records.values()) == [
        *[(0, 0, 0)] * 6, (1, 0, 0), (1, 1, 0),
    ]  # fmt: skip


def test_a_declined_wish_is_not_held_against_anybody(app_channel: ChannelAccount) -> None:
    said = [
        unstored(app_channel, f"事{kind}", kind=kind, said_at=hours_ago(30 + place))
        for place, kind in enumerate(("defect", "suggestion", "spam"))
    ]
    placed(app_channel, [towards(place) for place in range(3)], *said)
    Theme.objects.update(status="declined")
    [last] = _stored(app_channel, [unstored(app_channel, "又坏了")])
    record = background.background(workspace_id=app_channel.workspace_id, feedbacks=[last]).records[last.id]
    assert (record.number, record.wrong) == (3, 2)


def _stored(account: ChannelAccount, said: Sequence[Feedback]) -> Sequence[Feedback]:
    placed(account, [towards(50 + place) for place in range(len(said))], *said)
    return said


def test_the_pipeline_keeps_it_with_the_assessment_and_asks(app_channel: ChannelAccount) -> None:
    text = "这款车的刹车太差了，大家千万不要买"
    for author in "甲乙丙":
        received(app_channel, inbound(text, author_id=author))
    last = Assessment.objects.order_by("at", "id").filter(feedback__member__identities__external_id="丙").last()
    assert last is not None
    assert last.reasons["authenticity"]["said"][-1] == ["copies", {"count": 3}]
    assert "evidence" in last.feedback.missing
