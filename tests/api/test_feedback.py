from collections.abc import Callable
from typing import Any

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture
def three(app_channel: ChannelAccount) -> list[Feedback]:
    for text in (factories.COLD_START, factories.PRAISE, factories.BLACK_SCREEN + "，我的电话 13800138000"):
        factories.feedback(app_channel, text)
    return list(Feedback.objects.order_by("-said_at", "-id"))


def test_feedback_newest_first_with_what_was_found(app: Program, three: list[Feedback]) -> None:
    status, answer = app.get("feedback")
    assert status == 200
    assert [item["id"] for item in answer["feedback"]] == [str(feedback.id) for feedback in three]
    item, row = answer["feedback"][0], three[0]
    assert "13800138000" not in item["text"]
    assert (item["kind"], item["grade"], item["severity"]) == (row.kind, row.grade, row.severity)
    assert item["theme"]["id"] == str(row.theme_id)
    assert item["case"].startswith("HX-")


def test_pages_by_cursor_and_by_kind_and_theme(app: Program, three: list[Feedback]) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = app.get("feedback", limit=1, cursor=cursor)[1]
        seen += [item["id"] for item in page["feedback"]]
        cursor = page["next_cursor"]
    assert seen == [str(feedback.id) for feedback in three]
    praise = app.get("feedback", kind="praise")[1]["feedback"]
    assert [item["id"] for item in praise] == [str(f.id) for f in three if f.kind == "praise"]
    theme = app.get("feedback", theme=three[0].theme_id)[1]["feedback"]
    assert [item["id"] for item in theme] == [str(f.id) for f in three if f.theme_id == three[0].theme_id]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"kind": "rage"}, "kind must be one of defect, complaint, suggestion, question, praise, chatter, spam."),
        ({"cursor": "nonsense"}, "cursor must be a next_cursor of this list."),
        ({"theme": "x"}, "theme must be an id as this API gives them."),
    ],
)
def test_wrong_asking_is_answered_in_words(app: Program, asked: dict[str, str], error: str) -> None:
    assert app.get("feedback", **asked) == (422, {"error": error})


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_at_any_length(
    app: Program, three: list[Feedback], rows: int, django_assert_num_queries: Any
) -> None:
    app.get("feedback")  # the key's use is noted once a minute
    with django_assert_num_queries(5):  # key, what it has left, feedback, themes, cases
        assert len(app.get("feedback", limit=rows)[1]["feedback"]) == rows


def test_another_workspace_sees_none_of_it(
    three: list[Feedback], other_workspace: Workspace, program: Callable[..., Program]
) -> None:
    stranger = program(other_workspace)
    assert stranger.get("feedback") == (200, {"feedback": [], "next_cursor": None})
    assert stranger.get("feedback", theme=three[0].theme_id)[1]["feedback"] == []
