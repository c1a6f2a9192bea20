"""Names of ten thousand signs, of nothing but marks, turned round: what is kept of them, by each way in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huixiang.cases.models import Case, SavedView, Tag
from huixiang.channels.models import ChannelAccount
from huixiang.cli.main import main
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.members.actions import member_for_user
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.triage.actions import process
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.hostile.values import LONG, MARKS_ONLY, TURNED, ZALGO

TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
NAMES = {"long": LONG, "turned": f"阿{TURNED}澈", "zalgo": ZALGO, "marks only": MARKS_ONLY, "spaces": " \u3000 "}


@pytest.fixture(autouse=True)
def _tries(empty_cache: None) -> None:
    """Every test has its tries."""


@pytest.fixture
def desk(owner: Membership, client_of: Callable[[Membership], Client]) -> Client:
    return client_of(owner)


def shown(names: list[str]) -> None:
    """Each fits its place, turns nothing round and stands on one line."""
    for name in names:
        assert len(name) <= 80
        assert not TURNS & set(name), name.encode("unicode_escape")
        assert name.isprintable()


@pytest.mark.parametrize("what", NAMES)
def test_authors_by_api_and_file(what: str, workspace: Workspace, desk: Client, tmp_path: Path) -> None:
    name = NAMES[what]
    _key, secret = create_api_key(workspace=workspace, scopes=["ingest"])
    sent: dict[str, Any] = {"channel": "owners-app", "external_id": "1", "text": factories.COLD_START}
    sent["author"] = {"id": "u", "name": name}
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    answer = client.post("/api/v1/messages", json.dumps({"messages": [sent]}), content_type="application/json")
    assert [row["status"] for row in answer.json()["results"]] == ["stored"]
    path = tmp_path / "a.csv"
    path.write_text(f"text,name\n{factories.BLACK_SCREEN},{name}\n", encoding="utf-8")
    words = ["--workspace", workspace.slug, "--channel", "files", "--map", "text=text,author_name=name"]
    assert main(["import", str(path), *words]) == 0
    process(workspace_id=workspace.id)
    assert Feedback.objects.count() == 2  # the words are never lost for the sake of a name
    shown(list(Message.objects.values_list("author_name", flat=True)))
    shown(list(Member.objects.values_list("name", flat=True)))
    for page in ("inbox/", "members/", "feedback/", "themes/"):
        assert desk.get(f"/w/{workspace.slug}/{page}").status_code == 200


@pytest.mark.parametrize("what", NAMES)
def test_what_staff_name(what: str, workspace: Workspace, owner: Membership, desk: Client) -> None:
    name, place = NAMES[what], f"/w/{workspace.slug}/"
    case = factories.case(workspace.channel_accounts.get(slug="owners-app"))
    posts = {
        f"themes/{case.theme_id}/describe/": {"name": name, "summary": name},
        f"members/{case.member_id}/describe/": {"name": name, "email": ""},
        f"cases/{case.id}/tags/add/": {"name": name},
        "inbox/views/save/": {"name": name},
        "channels/connect/": {"name": name, "kind": "api"},
        "settings/tags/create/": {"name": name},
        "settings/keys/create/": {"name": name, "scopes": "read"},
        "settings/save/": {
            "name": name, "community_name": name, "noise_kept_days": "7", "workday_start": "09:00",
            "workday_end": "18:00",
        },
        "settings/team/invite/": {"email": "new@example.com", "role": "viewer", "job_title": name},
    }  # fmt: skip
    answers = {path: desk.post(place + path, body).status_code for path, body in posts.items()}
    assert {path: answer for path, answer in answers.items() if answer not in {200, 302, 409, 422}} == {}
    workspace.refresh_from_db()
    shown([*Theme.objects.values_list("name", flat=True), *Member.objects.values_list("name", flat=True)])
    shown([*Tag.objects.values_list("name", flat=True), *SavedView.objects.values_list("name", flat=True)])
    shown([*ChannelAccount.objects.values_list("name", flat=True), workspace.name, workspace.community_name])
    assert workspace.name.strip()


@pytest.mark.parametrize("what", NAMES)
def test_what_members_call_themselves(what: str, workspace: Workspace) -> None:
    user, client = factories.user("阿澈"), Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    member = member_for_user(workspace=workspace, user=user)
    answer = client.post(f"/c/{workspace.slug}/me/name/", {"name": NAMES[what]})
    assert answer.status_code in {302, 422}
    member.refresh_from_db()
    shown([member.name])
    assert member.name


def test_titles_drawn_from_turned_words_turn_nothing(workspace: Workspace) -> None:
    said = factories.feedback(
        workspace.channel_accounts.get(slug="owners-app"), factories.BLACK_SCREEN.replace("黑屏", f"{TURNED}黑屏")
    )
    assert TURNS & set(Message.objects.get().text)  # what was said is kept as it was said
    assert not TURNS & set(said.text)  # and read without what turns it round
    titles = Case.objects.filter(id=said.case_id).values_list("title", flat=True)
    shown([said.title, *titles, Theme.objects.get(id=said.theme_id).name])
