from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from huixiang.ui import times

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)  # 16:05 in Shanghai


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "just now"),
        (NOW - timedelta(minutes=1), "1 min ago"),
        (NOW - timedelta(minutes=18), "18 min ago"),
        (NOW - timedelta(hours=1), "1 hour ago"),
        (NOW - timedelta(hours=5), "5 hours ago"),
        (NOW - timedelta(hours=16), "16 hours ago"),
        (datetime(2026, 11, 20, 13, 40, tzinfo=UTC), "yesterday 21:40"),
        (datetime(2026, 11, 19, 11, 40, tzinfo=UTC), "11-19 19:40"),
        (datetime(2025, 11, 19, 11, 40, tzinfo=UTC), "2025-11-19"),
        (NOW + timedelta(hours=2), "11-21 18:05"),
    ],
)
def test_ago(moment: datetime, words: str) -> None:
    assert times.ago(moment, NOW, SHANGHAI) == words


def test_two_hours_ago_stays_two_hours_across_midnight() -> None:
    now = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # 01:00 in Shanghai
    assert times.ago(now - timedelta(hours=2), now, SHANGHAI) == "2 hours ago"


@pytest.mark.parametrize(
    ("seconds", "exact", "rough"),
    [
        (0, "0 min", "0 min"),
        (59, "under a minute", "under a minute"),
        (18 * 60, "18 min", "18 min"),
        (72 * 60, "1 h 12 min", "1 h 12 min"),
        (2 * 3600, "2 h", "2 h"),
        (22 * 3600 + 600, "22 h 10 min", "22 h"),
        (86400, "1 day", "1 day"),
        (2 * 86400 + 16 * 3600, "2 days 16 h", "2 days"),
    ],
)
def test_duration(seconds: float, exact: str, rough: str) -> None:
    assert (times.duration(seconds), times.duration(seconds, rough=True)) == (exact, rough)


@pytest.mark.parametrize(
    ("due_in", "met_after", "shown"),
    [
        (timedelta(minutes=42), None, ("soon", "clock", "42 min left")),
        (timedelta(hours=3, minutes=19), None, ("", "clock", "3 h 19 min left")),
        (timedelta(minutes=-72), None, ("over", "alarm", "1 h 12 min over")),
        (timedelta(hours=1), timedelta(minutes=18), ("done", "circle-check", "18 min, met")),
        (timedelta(hours=-1), timedelta(hours=1, minutes=30), ("done", "circle-check", "met 30 min late")),
    ],
)
def test_due(due_in: timedelta, met_after: timedelta | None, shown: tuple[str, str, str]) -> None:
    started = NOW - timedelta(hours=2)
    met_at = None if met_after is None else started + met_after
    assert times.due(NOW + due_in, met_at, NOW, started_at=started) == shown


def test_a_clock_met_without_a_known_start_is_just_met() -> None:
    assert times.due(NOW, NOW - timedelta(hours=1), NOW).words == "met"


@pytest.mark.parametrize(("hours", "share"), [(-1, 0.0), (0, 0.0), (1, 0.25), (4, 1.0), (9, 1.0)])
def test_used(hours: int, share: float) -> None:
    assert times.used(NOW, NOW + timedelta(hours=4), NOW + timedelta(hours=hours)) == share


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("", "Asia/Shanghai"),
        ("Mars/Olympus", "Asia/Shanghai"),
        (None, "Asia/Shanghai"),
    ],
)
def test_zone_of_a_workspace(name: str | None, zone: str) -> None:
    assert str(times.zone_of(SimpleNamespace(time_zone=name))) == zone
