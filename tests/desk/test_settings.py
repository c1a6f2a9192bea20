"""The workspace, team, keys, rules, standards, journal."""

from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.cases.models import Case
from huixiang.journal.models import Entry
from huixiang.triage.grading import table
from huixiang.workspaces.actions import create_api_key, leave_team
from huixiang.workspaces.models import ApiKey, Membership, Workspace
from huixiang.workspaces.queries import api_key_by_secret
from tests import factories

HTMX = {"HX-Request": "true"}
SETTINGS = {
    "name": "远岫汽车", "community_name": "远岫车主社区", "noise_kept_days": "14",
}  # fmt: skip


def test_workspace(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    as_owner.post(at("settings_save"), SETTINGS)
    workspace.refresh_from_db()
    assert (workspace.name, workspace.noise_kept_days) == ("远岫汽车", 14)
    assert Entry.objects.get(name="workspaces.workspace_changed").data["fields"] == [
        "name", "community_name", "noise_kept_days",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"noise_kept_days": "0"}, {"noise_kept_days": "²"}, {"noise_kept_days": "999999999"},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(
    wrong: dict[str, str], at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    assert as_owner.post(at("settings_save"), SETTINGS | wrong, headers=HTMX).status_code == 409
    workspace.refresh_from_db()
    assert workspace.name == "北辰汽车"


def test_a_key_is_shown_once_and_ends_when_revoked(
    at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    as_owner.post(at("settings_key_create"), {"name": "车主 App", "scopes": ["ingest", "read", "everything"]})
    waiting = as_owner.session[f"key:{workspace.id}"]
    page = as_owner.get(at("settings_keys"))
    secret = page.context["secret"]
    assert (secret in waiting, page["Cache-Control"]) == (False, "no-store")
    key = ApiKey.objects.get(workspace=workspace)
    assert (api_key_by_secret(secret), key.scopes) == (key, ["ingest", "read"])
    assert secret not in as_owner.get(at("settings_keys")).content.decode()
    as_owner.post(at("settings_key_revoke", key_id=key.id))
    assert api_key_by_secret(secret) is None
    assert as_owner.post(at("settings_key_revoke", key_id=key.id)).status_code == 404


def test_a_key_nobody_stands_behind_is_told(
    at: Callable[..., str], workspace: Workspace, as_owner: Client, owner: Membership
) -> None:
    person = factories.membership(workspace, "operator", name="知夏")
    create_api_key(workspace=workspace, scopes=["read", "personal"], acts_for=person)
    create_api_key(workspace=workspace, scopes=["read"])
    told = [orphaned for _key, orphaned in as_owner.get(at("settings_keys")).context["keys"]]
    assert told == [False, False]
    leave_team(membership=person, by=owner)
    page = as_owner.get(at("settings_keys"), headers={"accept-language": "en"})
    assert [orphaned for _key, orphaned in page.context["keys"]] == [False, True]
    assert page.content.decode().count("Nobody of the team stands behind it any more") == 1


def sent_rules(workspace: Workspace) -> dict[str, object]:
    """The form of the rules as the page sends it when nothing is changed."""
    sent: dict[str, object] = {"row": [str(rule.position) for rule in table(workspace)] + ["new"]}
    for rule in table(workspace):
        sent |= {f"place-{rule.position}": f"{rule.position}0", f"name-{rule.position}": rule.name}
        sent[f"grade-{rule.position}"] = rule.grade
        for dial in ("influence", "authenticity", "prevalence", "severity"):
            least = getattr(rule, f"min_{dial}")
            sent[f"{dial}-{rule.position}"] = "" if least is None else str(least)
        sent |= {f"{flag}-{rule.position}": "on" for flag in ("escalating", "negative") if getattr(rule, flag)}
    return sent


def shape(workspace: Workspace) -> list[tuple[object, ...]]:
    fields = ("position", "name", "grade", "min_influence", "min_authenticity", "min_prevalence", "min_severity",
              "escalating", "negative")  # fmt: skip
    return [tuple(getattr(rule, field) for field in fields) for rule in table(workspace)]


def test_rules_saved_unchanged_are_the_same(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    before = shape(workspace)
    as_owner.post(at("settings_rules_save"), sent_rules(workspace))
    assert shape(workspace) == before
    assert Entry.objects.filter(name="triage.rules_changed").count() == 1


def test_rules_are_added_moved_and_removed(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    new = {"place-new": "5", "name-new": "孩子在车里", "grade-new": "red", "severity-new": "60"}
    as_owner.post(at("settings_rules_save"), sent_rules(workspace) | new | {"gone-2": "on"})
    rows = shape(workspace)
    assert len(rows) == 12
    assert rows[0] == (1, "孩子在车里", "red", None, None, None, 60, False, False)
    assert "核心功能失效且多人遇到" not in [row[1] for row in rows]


@pytest.mark.parametrize(
    "wrong", [{"severity-1": "101"}, {"severity-1": "many"}, {"name-1": " "}, {"place-12": "1"}, {"gone-12": "on"}]
)
def test_a_table_that_would_not_grade_is_refused(
    wrong: dict[str, str], at: Callable[..., str], workspace: Workspace, as_owner: Client
) -> None:
    before = shape(workspace)
    sent = sent_rules(workspace) | wrong
    assert as_owner.post(at("settings_rules_save"), sent, headers=HTMX).status_code == 409
    assert shape(workspace) == before


def test_journal_in_words_and_verified(
    at: Callable[..., str], workspace: Workspace, case: Case, as_operator: Client, as_owner: Client
) -> None:
    as_operator.post(at("case_grade", case_id=case.id), {"grade": "red", "reason": "有孩子在车里"})
    page = as_operator.get(at("settings_journal"))
    known = [told.sentence for told in page.context["entries"] if "." in told.sentence.split(" ")[0]]
    assert known == []  # every event has a sentence of its own
    assert [told.words for told in page.context["entries"] if told.words] == ["有孩子在车里"]
    assert as_operator.post(at("settings_journal_verify"), headers=HTMX).status_code == 404
    assert at("settings_journal_verify") not in page.content.decode()
    verdict = as_owner.post(at("settings_journal_verify"), headers=HTMX).context["verdict"]
    entries = Entry.objects.filter(workspace_id=workspace.id).count()  # the sealer waits for this transaction
    assert (verdict.faults, verdict.links, verdict.waiting) == ([], 0, entries)
