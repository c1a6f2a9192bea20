"""Every page stands for who may read it. Who may change what is held by tests/security/test_roles.py."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.desk.urls import urlpatterns
from huixiang.intake.models import ImportRun
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

READ = {
    "home", "inbox", "inbox_pane", "case", "feedback", "feedback_detail", "themes", "theme",
    "themes_alike",
    "announcements", "announcement", "announcement_telling", "channels", "import_run", "import_progress",
    "import_refused", "settings", "settings_team", "settings_keys", "settings_rules", "settings_standards",
    "settings_journal", "settings_red_lines", "import",
}  # fmt: skip
OWNERS_ONLY = {"settings_keys"}
READ_BY_WHO_MAY = {  # themes are merged, moved and split by some roles; a file is found by who asked for it
    "themes_merging", "theme_moving", "theme_splitting", "theme_split_pick", "export", "export_progress", "export_file",
    "import_mapping",  # of one's own file
}  # fmt: skip


@pytest.fixture
def arguments(case: Case, draft: Announcement, app_channel: ChannelAccount, workspace: Workspace) -> dict[str, Any]:
    """Something real for every argument an address takes."""
    feedback = factories.feedback(app_channel, factories.RUDE_SERVICE)
    account = workspace.channel_accounts.get(slug="files")
    run = ImportRun.objects.create(workspace=workspace, account=account, file_name="反馈.csv", path="gone")
    turn = case.turns.first()
    assert turn is not None
    return {
        "case_id": case.id, "feedback_id": feedback.id, "theme_id": case.theme_id, "announcement_id": draft.id,
        "run_id": run.id, "turn_id": turn.id, "message_id": turn.message_id, "token": "none", "merge_id": case.id,
        "change_id": case.id, "move_id": case.id, "export_id": case.id,
        "credit_id": case.id, "delivery_id": case.id, "key_id": case.id,
    }  # fmt: skip


def address(name: str, slug: str, arguments: dict[str, Any]) -> str:
    pattern = next(pattern for pattern in urlpatterns if pattern.name == name)
    wanted = re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
    return reverse(f"desk:{name}", kwargs={"workspace": slug, **{key: arguments[key] for key in wanted}})


@pytest.mark.parametrize("role", ["owner", "operator", "analyst"])
def test_every_page_stands_for_the_team(
    role: str, workspace: Workspace, arguments: dict[str, Any], client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(factories.membership(workspace, role))
    pages = sorted(READ if role == "owner" else READ - OWNERS_ONLY)
    answers = {name: client.get(address(name, workspace.slug, arguments)).status_code for name in pages}
    assert answers == {name: 302 if name == "home" else 200 for name in pages}


def test_nobody_of_another_workspace_can_tell_that_a_page_exists(
    workspace: Workspace,
    other_workspace: Workspace,
    arguments: dict[str, Any],
    client_of: Callable[[Membership], Client],
) -> None:
    stranger = client_of(factories.membership(other_workspace, "owner"))
    everything = sorted(READ)
    answers = {name: stranger.get(address(name, workspace.slug, arguments)).status_code for name in everything}
    assert answers == dict.fromkeys(everything, 404)


def test_whose_role_does_not_open_a_page_reads_which_does(
    workspace: Workspace, other_workspace: Workspace, client_of: Callable[[Membership], Client]
) -> None:
    viewer = client_of(factories.membership(workspace, "viewer"))
    webhooks = f"/w/{workspace.slug}/settings/webhooks/"
    answer = viewer.get(webhooks)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (404, "private, no-store")
    wanted = ["你在“北辰汽车”里的角色是：只读成员。", "能打开的角色：空间所有者、空间管理员。"]
    assert [sentence for sentence in wanted if sentence not in page] == []
    assert f'href="/w/{workspace.slug}/inbox/"' in page
    elsewhere = viewer.get(f"/w/{other_workspace.slug}/settings/webhooks/").content.decode()
    nowhere = viewer.get("/w/nobody-has-this/settings/webhooks/").content.decode()
    assert ("角色" in elsewhere, "角色" in nowhere) == (False, False)
    by_script = viewer.get(webhooks, headers={"HX-Request": "true"})
    assert (by_script.status_code, "角色" in by_script.content.decode()) == (404, False)


def test_rows_of_another_workspace_are_not_found_under_ones_own(
    other_workspace: Workspace, arguments: dict[str, Any], client_of: Callable[[Membership], Client]
) -> None:
    stranger = client_of(factories.membership(other_workspace, "owner"))
    with_row = [name for name in sorted(READ) if "<uuid" in str(next(p for p in urlpatterns if p.name == name).pattern)]
    answers = {name: stranger.get(address(name, other_workspace.slug, arguments)).status_code for name in with_row}
    assert answers == dict.fromkeys(with_row, 404)


def test_analysts_see_no_buttons_that_change(
    workspace: Workspace, arguments: dict[str, Any], as_analyst: Client
) -> None:
    for name in sorted(READ - OWNERS_ONLY - {"settings_journal", "settings_standards"}):
        answer = as_analyst.get(address(name, workspace.slug, arguments))
        body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[call-overload,attr-defined]
        found = re.findall(rb'<form(?![^>]*method="get")[^>]*action="([^"]*)"', body)
        own = [form for form in found if b"/inbox/" in form]  # one's own views and what one has read
        forms = [form for form in found if not form.rstrip(b"?").endswith((b"/export/", b"/import/upload/"))]
        forms = [form for form in forms if form not in own]
        assert [form for form in forms if f"/w/{workspace.slug}/".encode() in form] == [], name


def test_visitors_are_asked_to_sign_in(workspace: Workspace, arguments: dict[str, Any], client: Client) -> None:
    answer = client.get(address("inbox", workspace.slug, arguments))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))
