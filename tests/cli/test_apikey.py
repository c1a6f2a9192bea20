import uuid
from collections.abc import Callable

import pytest

from huixiang.cli.apikey import SCOPES
from huixiang.workspaces.models import ApiKey, Workspace
from huixiang.workspaces.queries import api_key_by_secret
from tests.cli.conftest import Said

Run = Callable[..., Said]


def test_a_key_is_the_one_line_on_stdout(said: Run, workspace: Workspace) -> None:
    words = ["--workspace", workspace.slug, "--scope", "ingest,read", "--name", "App"]
    status, out, err = said("apikey", "create", *words)
    key = ApiKey.objects.get()
    assert status == 0
    assert out.startswith("hx_")
    assert out.count("\n") == 1
    assert api_key_by_secret(out.strip()) == key
    assert (key.scopes, key.name) == (["ingest", "read"], "App")
    assert err == f"Keep it well: it is not shown again. Its id is {key.id}.\n"


def test_keys_are_listed_without_their_secrets_and_revoked(said: Run, workspace: Workspace) -> None:
    secret = said("apikey", "create", "--workspace", workspace.slug, "--scope", "read")[1].strip()
    key = ApiKey.objects.get()
    shown = f"{key.id}  {workspace.slug}  {secret[:8]}…  read  never used\n"
    assert said("apikey", "list", "--workspace", workspace.slug) == (0, shown, "")
    assert said("apikey", "revoke", key.id) == (0, f"Revoked {secret[:8]}… of {workspace.slug}.\n", "")
    assert api_key_by_secret(secret) is None
    none = "huixiang apikey: there is no live key of this id; see `huixiang apikey list`.\n"
    assert said("apikey", "revoke", key.id) == (1, "", none)
    assert said("apikey", "revoke", uuid.uuid4()) == (1, "", none)
    assert "revoked" in said("apikey", "list")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["create", "--workspace", "nowhere", "--scope", "read"], "there is no workspace “nowhere”. Known are: known."),
        (["create", "--workspace", "known", "--scope", "write"], f"“write”: the scopes are {', '.join(SCOPES)}"),
        (
            ["create", "--workspace", "known", "--scope", "cases:write"],
            "a key that changes things needs --acts-for EMAIL of the team.",
        ),
        (
            ["create", "--workspace", "known", "--scope", "personal"],
            "“personal” needs --acts-for EMAIL of somebody who may see it.",
        ),
        (["create", "--workspace", "known"], "the following arguments are required: --scope"),
        (["revoke", "17"], "“17” is not a key's id; see `huixiang apikey list`"),
        (["list", "--workspace", "nowhere"], "there is no workspace “nowhere”."),
        ([], "the following arguments are required: create | list | revoke"),
    ],
)
def test_wrong_use_is_told_in_words(said: Run, words: list[str], sentence: str) -> None:
    Workspace.objects.create(slug="known", name="Known")
    status, out, err = said("apikey", *words)
    assert (status, out) == (2, "")
    assert err.rstrip().endswith(sentence)
