"""Themes, members, announcements, channels: read and changed."""

from typing import Any

import pytest

from huixiang.cases.models import Case
from huixiang.feedback import search as feedback_search
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.themes import search as theme_search
from huixiang.themes.actions import vote
from huixiang.themes.models import Theme
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture
def desk(workspace: Workspace, owner: Membership) -> Program:
    return Program(create_api_key(workspace=workspace, scopes=Scope.values, name="工单系统", acts_for=owner)[1])


@pytest.fixture
def other(case: Case) -> Case:
    return factories.case(case.account, factories.RUDE_SERVICE)


def test_a_theme_is_named_moved_merged_parted_and_resolved(
    desk: Program, case: Case, other: Case, owner: Membership
) -> None:
    address = f"themes/{case.theme_id}"
    named = desk.patch(address, {"name": "低温无法启动", "owner": str(owner.id)})[1]
    assert (named["name"], named["owner"]["name"]) == ("低温无法启动", "程屿")
    assert desk.patch(address, {"tracker_url": "javascript:1"})[0] == 422
    assert desk.post(f"{address}/move", {"to": "confirmed"})[1]["status"] == "confirmed"
    assert desk.post(f"{address}/move", {"to": "declined"})[0] == 409
    merged = desk.post(f"{address}/merge", {"source": str(other.theme_id)})[1]
    assert (merged["feedback_count"], len(merged["merges"])) == (2, 1)
    back = desk.post(f"merges/{merged['merges'][0]['id']}/undo", {})[1]
    assert (back["id"], back["status"]) == (str(other.theme_id), "found")
    solved = desk.post(f"{address}/resolve", {"fix": "改为插枪时自检", "fixed_in": "3.4.2"})[1]
    assert (solved["status"], solved["fixed_in"]) == ("fixed", "3.4.2")
    assert [one["id"] for one in desk.get("themes", state="fixed")[1]["themes"]] == [str(case.theme_id)]
    assert len(desk.get(f"{address}/verbatims")[1]["feedback"]) == 1
    assert desk.get(f"{address}/votes")[1] == {"members": [], "next_cursor": None}


def test_feedback_goes_to_another_theme_and_back(desk: Program, case: Case, other: Case) -> None:
    said = desk.get("feedback", theme=case.theme_id)[1]["feedback"][0]["id"]
    moved = desk.post(
        f"themes/{case.theme_id}/feedback/move", {"feedback": [said], "target": str(other.theme_id)}
    )[1]
    assert (moved["feedback"], moved["split"], moved["undone"]) == ([said], False, False)
    assert len(desk.get("feedback", theme=other.theme_id)[1]["feedback"]) == 2
    assert desk.post(f"moves/{moved['id']}/undo", {})[1]["undone"] is True
    assert len(desk.get("feedback", theme=other.theme_id)[1]["feedback"]) == 1


def test_feedback_is_corrected_and_removed(desk: Program, case: Case) -> None:
    [said] = desk.get("feedback", theme=case.theme_id)[1]["feedback"]
    kind = "question" if said["kind"] != "question" else "defect"
    assert desk.post(f"feedback/{said['id']}/kind", {"kind": kind})[1]["kind"] == kind
    better = {"severity": 4, "sentiment": 1, "aspects": [{"name": "配置", "sentiment": -1}], "reason": "孩子在车里"}
    now = desk.post(f"feedback/{said['id']}/correct", better)[1]
    assert {name: now[name] for name in ("severity", "sentiment", "aspects")} | {"reason": "孩子在车里"} == better
    last = desk.get("corrections", field="severity")[1]["corrections"][0]
    assert (last["before"], last["after"], last["undone"]) == (said["severity"], 4, False)
    back = desk.post(f"corrections/{last['undo']}/undo", {})[1]
    assert (back["severity"], back["sentiment"], back["kind"]) == (said["severity"], said["sentiment"], kind)
    assert desk.post(f"corrections/{last['undo']}/undo", {})[0] == 409
    assert desk.post(f"feedback/{said['id']}/correct", {"aspects": [{"name": "月亮", "sentiment": 0}]})[0] == 409
    assert desk.post(f"feedback/{said['id']}/remove", {})[0] == 409
    gone = desk.post(f"feedback/{said['id']}/remove", {"reason": "他人隐私"})[1]
    assert (gone["removed"], gone["text"], gone["removed_reason"]) == (True, "", "他人隐私")


def test_members_with_their_names_and_what_is_personal_behind_a_scope(
    desk: Program, case: Case, workspace: Workspace, program: Any
) -> None:
    address = f"members/{case.member_id}"
    [identity] = desk.get(address)[1]["identities"]
    assert (identity["channel"], identity["external_id"] is None) == ("owners-app", False)
    [hidden] = program(workspace, "read").get(address)[1]["identities"]
    assert hidden["external_id"] is None
    assert desk.post(f"{address}/tier", {"tier": "koc"})[1]["tier"] == "koc"
    assert [one["id"] for one in desk.get("members", tier="koc")[1]["members"]] == [str(case.member_id)]
    assert desk.post(f"{address}/erase", {})[1]["erasing_at"] is not None
    assert desk.post(f"{address}/erase/undo", {})[1]["erasing_at"] is None


def test_members_are_joined_and_parted_again(desk: Program, case: Case, other: Case) -> None:
    joined = desk.post(f"members/{case.member_id}/join", {"source": str(other.member_id)})[1]
    assert (joined["kind"], joined["target"]) == ("join", str(case.member_id))
    assert len(desk.get(f"members/{case.member_id}")[1]["identities"]) == 2
    assert desk.post(f"joinings/{joined['id']}/undo", {})[1]["undone"] is True
    assert len(desk.get(f"members/{case.member_id}")[1]["identities"]) == 1


def test_an_announcement_is_drafted_written_published_and_told(desk: Program, case: Case) -> None:
    status, draft = desk.post("announcements", {"theme": str(case.theme_id), "fix": "改好了", "fixed_in": "3.4.2"})
    assert (status, draft["published_at"]) == (200, None)
    address = f"announcements/{draft['id']}"
    assert desk.patch(address, {"title": "低温启动修好了"})[1]["title"] == "低温启动修好了"
    assert len(desk.get("announcements", state="draft")[1]["announcements"]) == 1
    assert desk.post(f"{address}/publish", {})[1]["number"] == 1
    assert desk.patch(address, {"title": "x"})[0] == 409
    assert [one["number"] for one in desk.get("announcements")[1]["announcements"]] == [1]
    assert set(desk.get(f"{address}/telling")[1]) == {"told_at", "notices", "unreachable", "deliveries"}


def test_channels_and_team_are_listed(desk: Program, owner: Membership) -> None:
    assert [one["slug"] for one in desk.get("channels")[1]["channels"]] != []
    assert [one["id"] for one in desk.get("team")[1]["team"]] == [str(owner.id)]


def test_words_are_found(desk: Program, case: Case, other: Case) -> None:
    assert [one["id"] for one in desk.get("cases", q="启动键")[1]["cases"]] == [str(case.id)]
    assert len(desk.get("feedback", q="低压系统异常")[1]["feedback"]) == 1


def test_votes_are_paged_the_first_first(desk: Program, case: Case, workspace: Workspace) -> None:
    theme = Theme.objects.get(id=case.theme_id)
    names = [f"车主{number}" for number in range(5)]
    for name in names:
        vote(theme=theme, member=Member.objects.create(workspace=workspace, name=name), given=True)
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.get(f"themes/{theme.id}/votes", limit=2, cursor=cursor)[1]
        seen += [[one["name"] for one in page["members"]]]
        cursor = page["next_cursor"]
    assert seen == [names[:2], names[2:4], names[4:]]


def test_meaning_is_looked_for_among_what_the_other_filters_leave(
    desk: Program, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one answer by meaning, the nearest of all must not take it from the nearest of those left."""
    for search in (feedback_search, theme_search):
        monkeypatch.setattr(search.near, "__kwdefaults__", {**search.near.__kwdefaults__, "limit": 1})
    app, portal = (workspace.channel_accounts.get(slug=slug) for slug in ("owners-app", "portal"))
    nearest = factories.case(app, "无法启动，仪表显示低压系统异常")
    left = factories.case(portal, "早上出门车子点不着火，一点反应也没有")
    by_meaning = {"q": "车子发动不起来"}
    assert (nearest.theme_id == left.theme_id, nearest.account_id == left.account_id) == (False, False)
    said = desk.get("feedback", channel="portal", **by_meaning)[1]["feedback"]
    assert [one["id"] for one in said] == [str(Feedback.objects.get(case_id=left.id).id)]
    assert [one["id"] for one in desk.get("cases", channel="portal", **by_meaning)[1]["cases"]] == [str(left.id)]
    themes = desk.get("themes", channel="portal", **by_meaning)[1]["themes"]
    assert [one["id"] for one in themes] == [str(left.theme_id)]
