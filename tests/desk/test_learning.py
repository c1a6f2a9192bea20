"""Settings, Learning: corrections, the candidate, what would change, on and back; and the dialog that corrects."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.triage.learned import LearnedVersion
from huixiang.triage.models import Correction
from huixiang.workspaces.models import Membership, Workspace
from tests.factories import rows
from tests.factories.jobs import run_waiting
from tests.triage.learning.conftest import SLANG, corrected, said

HTMX = {"HX-Request": "true"}


@pytest.fixture
def corrected_forty(app_channel: ChannelAccount, operator: Membership) -> list[Feedback]:
    found = said(app_channel, SLANG)
    corrected(found, operator, kind="complaint", sentiment="-1", severity="2")
    return found


def test_the_dialog_corrects_and_the_toast_takes_it_back(
    at: Callable[..., str], case: Case, as_operator: Client
) -> None:
    found = Feedback.objects.get()
    before = (found.kind, found.sentiment, found.severity, found.aspects)
    form = {
        "was_kind": found.kind, "kind": "question", "was_sentiment": "-1", "sentiment": "-1",
        "was_severity": str(found.severity), "severity": "4", "aspects_shown": "1",
        "was_aspects": [one["name"] for one in found.aspects], "aspects": ["服务"], "reason": "孩子在车里",
    }  # fmt: skip
    answer = as_operator.post(at("feedback_correct", feedback_id=found.id), form)
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.kind, found.severity) == ("question", 4)
    assert found.aspects == [{"name": "服务", "sentiment": found.sentiment}]
    kept = Correction.objects.all()
    assert {row.field for row in kept} == {"kind", "severity", "aspects"}
    [batch] = {row.batch for row in kept}
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert page.count(at("correction_undo", correction_id=batch)) >= 1
    as_operator.post(at("correction_undo", correction_id=batch))
    found.refresh_from_db()
    assert (found.kind, found.sentiment, found.severity, found.aspects) == before


def test_nothing_chosen_otherwise_is_told(at: Callable[..., str], case: Case, as_operator: Client) -> None:
    found = Feedback.objects.get()
    form = {"was_kind": found.kind, "kind": found.kind}
    assert as_operator.post(at("feedback_correct", feedback_id=found.id), form, headers=HTMX).status_code == 409


@pytest.mark.parametrize("number", [1, 3])
def test_statements(
    number: int, at: Callable[..., str], app_channel: ChannelAccount, operator: Membership, as_operator: Client,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    themes = [rows.theme(app_channel, axis) for axis in (0, 1)]
    found = said(app_channel, SLANG[:number])
    corrected(found, operator, kind="complaint")
    for one in corrected(found, operator, theme=str(themes[1].id)):
        Correction.objects.filter(id=one.id).update(before=str(themes[0].id))
    LearnedVersion.objects.bulk_create(
        LearnedVersion(workspace=operator.workspace, number=place + 1, by=operator, state="candidate")
        for place in range(number)
    )
    with django_assert_num_queries(11):
        answer = as_operator.get(at("settings_learning"))
    assert len(answer.context["rows"]) == 2 * number
    moved = [row.told for row in answer.context["rows"] if row.told.row.field == "theme"]
    assert {(one.before, one.after) for one in moved} == {(themes[0].name, themes[1].name)}


def test_an_empty_page_says_what_to_do(at: Callable[..., str], as_operator: Client) -> None:
    page = as_operator.get(at("settings_learning"), headers={"accept-language": "en"}).content.decode()
    assert "Nothing was corrected yet" in page
    assert "No version yet" in page


def test_corrections_are_narrowed_and_paged(
    at: Callable[..., str], as_operator: Client, corrected_forty: list[Feedback]
) -> None:
    seen: list[object] = []
    address, cursor = at("settings_learning"), ""
    while cursor is not None:
        context = as_operator.get(address, {"field": "kind", "cursor": cursor}, headers=HTMX).context
        seen += [row.told.row.subject_id for row in context["rows"]]
        cursor = context["next_cursor"]
    assert sorted(map(str, seen)) == sorted(str(one.id) for one in corrected_forty)


def test_a_candidate_is_made_looked_at_switched_on_and_taken_back(
    at: Callable[..., str], app_channel: ChannelAccount, as_owner: Client, as_operator: Client,
    corrected_forty: list[Feedback],
) -> None:  # fmt: skip
    said(app_channel, ["这个雨刷直接蚌埠住了"])
    assert as_operator.post(at("learning_train")).status_code == 404
    as_owner.post(at("learning_train"))
    version = LearnedVersion.objects.get()
    waiting = as_owner.get(at("learning_progress", learned_id=version.id), headers=HTMX)
    assert waiting.context["making"] == version
    run_waiting()
    done = as_owner.get(at("learning_progress", learned_id=version.id), headers=HTMX)
    assert done["HX-Refresh"] == "true"
    page = as_owner.get(at("settings_learned", learned_id=version.id))
    names = [one.name for one in page.context["on_corrections"]]
    assert len(names) == 4
    assert [row.about.title for row in page.context["rows"]] == ["这个雨刷直接蚌埠住了"]
    assert page.context["effects"]["changed"] == 1
    as_owner.post(at("learning_on", learned_id=version.id))
    shown = as_owner.get(at("settings_learning"))
    assert (shown.context["active"], shown.context["before"]) == (version, None)
    as_owner.post(at("learning_back"))
    version.refresh_from_db()
    assert version.state == "retired"


def test_who_may_not_configure_sees_no_button(
    at: Callable[..., str], as_operator: Client, corrected_forty: list[Feedback]
) -> None:
    version = LearnedVersion.objects.create(workspace=corrected_forty[0].workspace, number=1, state="candidate")
    page = as_operator.get(at("settings_learned", learned_id=version.id)).content.decode()
    listing = as_operator.get(at("settings_learning")).content.decode()
    assert (at("learning_on", learned_id=version.id) in page, at("learning_train") in listing) == (False, False)
    assert as_operator.post(at("learning_on", learned_id=version.id)).status_code == 404


def test_a_version_of_other_models_is_told(at: Callable[..., str], workspace: Workspace, as_owner: Client) -> None:
    LearnedVersion.objects.create(workspace=workspace, number=1, state="active", base_version="2020.01-1")
    page = as_owner.get(at("settings_learning"), headers={"accept-language": "en"})
    assert "so version 1 does not read any more" in page.content.decode()
    assert at("learning_back") not in page.content.decode()
