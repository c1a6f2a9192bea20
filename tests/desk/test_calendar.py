"""The calendar's page and the standards': what is shown, what is kept, what is refused, and taking back."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.cases.clocks_models import Clock
from huixiang.cases.models import Case
from huixiang.journal.models import Entry
from huixiang.playbooks.escalation import chain
from huixiang.playbooks.models import ResponseStandard
from huixiang.workspaces.models import OwnDay, Workspace

HTMX = {"HX-Request": "true"}
WEEK = {f"day-{place}": "9:00–12:00、13：00-18：00" for place in range(5)} | {"day-5": "", "day-6": ""}
PLACE = {"country": "CN", "region": "", "time_zone": "Asia/Shanghai"}


def days_of(client: Client, address: str) -> dict[str, tuple[bool, str, str]]:
    weeks = client.get(address).context["weeks"]
    return {day.date.isoformat(): (day.worked, day.kind, day.name) for week in weeks for day in week if day.here}


def test_a_month_shows_holidays_make_up_days_and_ones_own(at: Callable[..., str], as_owner: Client) -> None:
    address = at("settings_calendar") + "?month=2026-02"
    as_owner.post(at("calendar_add"), {"day": "2026-02-26", "name": "年会", "way": "off"})
    as_owner.post(at("calendar_add"), {"day": "2026-02-28", "way": "hours", "hours": "9-12"})
    days = days_of(as_owner, address)
    told = {day: days[f"2026-02-{day}"] for day in ("14", "17", "21", "25", "26", "28")}
    assert told == {
        "14": (True, "makeup", "补班日"), "17": (False, "off", "春节"), "21": (False, "off", "春节"),
        "25": (True, "", ""), "26": (False, "own", "年会"), "28": (True, "own", "工作日"),
    }  # fmt: skip


def test_a_year_that_is_not_announced_says_so(at: Callable[..., str], as_owner: Client) -> None:
    pages = [as_owner.get(f"{at('settings_calendar')}?month={month}") for month in ("2026-10", "2033-10")]
    assert [page.context["known"] for page in pages] == [True, False]
    assert "2033 年的放假安排还没公布" in pages[1].content.decode()


def test_a_day_taken_away_can_be_brought_back(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    as_owner.post(at("calendar_add"), {"day": "2026-12-24", "until": "2026-12-25", "name": "盘点", "way": "off"})
    own = OwnDay.objects.get(day=datetime.date(2026, 12, 24))
    gone = as_owner.post(at("calendar_remove", own_day_id=own.id))
    page = as_owner.get(gone["Location"])
    assert (page.context["removed"], [one.day.day for one in page.context["own_days"]]) == (own, [25])
    as_owner.post(at("calendar_restore", own_day_id=own.id))
    assert workspace.own_days.filter(removed_at=None).count() == 2
    names = Entry.objects.filter(name__startswith="workspaces.own_day").order_by("id").values_list("name", flat=True)
    assert [name.removeprefix("workspaces.own_day_") for name in names] == ["set", "set", "removed", "set"]


def test_hours_country_and_zone_are_kept(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    berlin = {"country": "DE", "region": "BE", "time_zone": "Europe/Berlin"}
    as_owner.post(at("calendar_save"), WEEK | berlin)
    workspace.refresh_from_db()
    assert workspace.week == [[[540, 720], [780, 1080]]] * 5 + [[], []]
    assert (workspace.country, workspace.region, workspace.time_zone) == ("DE", "BE", "Europe/Berlin")
    as_owner.post(at("calendar_save"), WEEK | berlin)
    assert Entry.objects.filter(name="workspaces.calendar_changed").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"day-0": "nine"}, {"day-0": "12-9"}, {"day-0": "9-12,11-13"}, {"day-0": "9-25"}, {"country": "XX"},
        {"time_zone": "Moon/Base"}, {f"day-{place}": "" for place in range(5)},
    ],
)  # fmt: skip
def test_a_calendar_that_makes_no_sense_is_refused(
    wrong: dict[str, str], at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    before = workspace.week
    assert as_owner.post(at("calendar_save"), WEEK | PLACE | wrong, headers=HTMX).status_code == 409
    workspace.refresh_from_db()
    assert workspace.week == before


def standards_form(**changed: str) -> dict[str, str]:
    sent = {}
    for grade in ("red", "orange", "yellow", "blue"):
        for name in ("first_answer", "next_answer", "resolution", "announcement"):
            sent |= {f"{name}-{grade}": "2", f"unit-{name}-{grade}": "hours"}
        sent[f"share-{grade}"] = "80"
    return sent | changed


def test_standards_are_kept_as_people_say_them(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    sent = standards_form(**{
        "resolution-blue": "3", "unit-resolution-blue": "days", "announcement-blue": "", "next_answer-blue": "1.5",
        "resolution-red": "2", "unit-resolution-red": "days", "always-red": "on",
    })  # fmt: skip
    as_owner.post(at("settings_standards_save"), sent)
    blue = ResponseStandard.objects.get(grade="blue")
    assert (blue.resolution_minutes, blue.announcement_minutes, blue.next_answer_minutes) == (3 * 540, None, 90)
    assert (blue.warn_share, ResponseStandard.objects.get(grade="red").resolution_minutes) == (80, 2 * 1440)
    rows = as_owner.get(at("settings_standards")).context["rows"]
    assert [(cell.number, cell.unit) for cell in rows[3]["cells"]] == [
        ("2", "hours"), ("90", "minutes"), ("3", "days"), ("", "hours"),
    ]  # fmt: skip


def test_running_clocks_follow_only_when_asked(
    at: Callable[..., str], workspace: Workspace, as_owner: Client, case: Case
) -> None:
    always = {f"always-{grade}": "on" for grade in ("red", "orange", "yellow", "blue")}
    before = case.clocks.get(name="first_answer").due_at
    as_owner.post(at("settings_standards_save"), standards_form(**always))
    assert case.clocks.get(name="first_answer").due_at == before
    as_owner.post(at("settings_standards_save"), standards_form(**always, also_running="on"))
    for clock in Clock.objects.all():
        assert clock.due_at - clock.started_at == datetime.timedelta(hours=2)
    case.refresh_from_db()
    assert case.due_at == case.clocks.get(name="first_answer").due_at


@pytest.mark.parametrize("wrong", [{"first_answer-red": ""}, {"resolution-red": "soon"}, {"share-red": "33"}])
def test_standards_that_make_no_sense_are_refused(
    wrong: dict[str, str], at: Callable[..., str], as_owner: Client
) -> None:
    assert as_owner.post(at("settings_standards_save"), standards_form(**wrong), headers=HTMX).status_code == 409


def test_the_chain_is_kept_in_the_order_of_its_times(
    at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    assert len(as_owner.get(at("settings_standards")).context["levels"]) == 3
    as_owner.post(at("escalation_save"), {
        "level": ["1", "2", "3", "new"], "minutes-1": "0", "unit-minutes-1": "minutes", "who-1": "owner",
        "minutes-2": "2", "unit-minutes-2": "hours", "who-2": "role:administrator", "grades-2": ["red", "orange"],
        "minutes-3": "5", "unit-minutes-3": "minutes", "who-3": "owner", "gone-3": "on",
        "minutes-new": "30", "unit-minutes-new": "minutes", "who-new": "role:operator",
    })  # fmt: skip
    told = [(one.minutes, one.to, one.role, one.grades) for one in chain(workspace)]
    assert told == [
        (0, "owner", "", []), (30, "role", "operator", []), (120, "role", "administrator", ["red", "orange"]),
    ]  # fmt: skip


def test_the_pages_cost_the_same_whatever_they_show(
    at: Callable[..., str], as_owner: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for day in ("2026-12-01", "2026-12-02", "2026-12-03"):
        as_owner.post(at("calendar_add"), {"day": day, "way": "off"})
        with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
            as_owner.get(at("settings_calendar") + "?month=2026-12")


def test_the_four_clocks_stand_beside_a_case(at: Callable[..., str], as_owner: Client, case: Case) -> None:
    lines = as_owner.get(at("case", case_id=case.id)).context["clock_lines"]
    assert [(one.state, one.label) for one in lines] == [
        ("running", "首响"), ("none", "下次回复"), ("running", "解决"), ("running", "公示"),
    ]  # fmt: skip
