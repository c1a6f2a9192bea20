from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from huixiang.workspaces.models import User, Workspace
from tests.cli.conftest import Said

Run = Callable[..., Said]
PASSWORD = "eine lange Nacht in Mohe"


def test_a_workspace_stands_with_its_channels_and_owner(said: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    status, out, _err = said(
        "workspace", "create", "beichen", "--name", "北辰汽车", "--owner", "Cheng@example.com", "--password-file", file
    )
    assert (status, out) == (0, "Opened beichen: desk /w/beichen/inbox/, community /c/beichen/.\n")
    workspace = Workspace.objects.get()
    kinds = workspace.channel_accounts.order_by("slug").values_list("slug", "kind")
    assert list(kinds) == [("email", "email"), ("import", "import"), ("portal", "portal")]
    owner = workspace.memberships.get()
    assert (owner.role, owner.user.email) == ("owner", "cheng@example.com")
    assert authenticate(None, email="cheng@example.com", password=PASSWORD) == owner.user
    assert said("workspace", "list") == (0, "beichen  北辰汽车  cheng@example.com\n", "")


def test_without_a_password_file_one_is_made_and_shown_once(said: Run) -> None:
    _status, out, _err = said("workspace", "create", "a", "--name", "A", "--owner", "a@example.com")
    password = out.rstrip().rpartition("password (shown this once): ")[2]
    assert User.objects.get().check_password(password)


def test_a_known_login_becomes_owner_and_keeps_its_password(said: Run) -> None:
    user = User.objects.create_user("a@example.com", PASSWORD)
    assert said("workspace", "create", "a", "--name", "A", "--owner", "a@example.com")[1].count("\n") == 1
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.memberships.get().role == "owner"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a b", "--name", "A"], "“a b” cannot stand in an address: letters, digits, - and _ only."),
        (["taken", "--name", "A"], "there is a workspace “taken” already."),
        (["a", "--name", " "], "SLUG has 1 to 60 characters, NAME 1 to 80."),
        (["a", "--name", "A", "--owner", "me"], "“me” is not an e-mail address."),
    ],
)
def test_wrong_use_is_told_in_words_and_makes_nothing(said: Run, words: list[str], sentence: str) -> None:
    Workspace.objects.create(slug="taken", name="Taken")
    assert said("workspace", "create", *words) == (2, "", f"huixiang workspace: {sentence}\n")
    assert Workspace.objects.count() == 1


def test_a_weak_or_missing_password_file_is_refused(said: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    words = ["workspace", "create", "a", "--name", "A", "--owner", "a@example.com", "--password-file", file]
    assert said(*words)[0] == 2
    file.write_text("123", encoding="utf-8")
    assert said(*words)[0] == 2
    assert (Workspace.objects.count(), User.objects.count()) == (0, 0)
