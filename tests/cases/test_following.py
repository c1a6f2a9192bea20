import pytest

from huixiang.cases.actions import open_cases
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.themes import moving
from huixiang.themes.models import Theme
from tests.factories.jobs import run_waiting
from tests.factories.rows import placed, towards, unstored

STAFF = Actor("staff", None)


@pytest.fixture
def said(app_channel: ChannelAccount) -> list[Feedback]:
    """Three feedbacks of one case, and one of another, about one theme."""
    rows = [unstored(app_channel, text, by=by) for text, by in (("一", "甲"), ("二", "甲"), ("三", "甲"), ("四", "乙"))]
    placed(app_channel, [towards(0)] * 4, *rows)
    open_cases(workspace_id=app_channel.workspace_id, feedbacks=[rows[0], rows[3]])
    rows[1].case_id = rows[2].case_id = rows[0].case_id
    Feedback.objects.bulk_update(rows, ["case_id"])
    return rows


def split(said: list[Feedback], *places: int) -> Theme:
    source = Theme.objects.get(id=said[0].theme_id)
    ids = [said[place].id for place in places]
    taken = moving.split(source=source, feedback_ids=ids, name="拆出", actor=STAFF)
    run_waiting()
    return taken.target


def of(feedback: Feedback) -> tuple[object, list[str]]:
    names = Entry.objects.filter(subject_id=feedback.case_id, name__startswith="cases.theme")
    return Case.objects.get(id=feedback.case_id).theme_id, list(names.order_by("id").values_list("name", flat=True))


def test_a_case_goes_with_the_larger_part(said: list[Feedback]) -> None:
    new = split(said, 0, 1)
    assert of(said[0]) == (new.id, ["cases.theme_followed"])
    assert of(said[3]) == (said[0].theme_id, [])


def test_a_case_stays_with_the_larger_part_and_says_so(said: list[Feedback]) -> None:
    split(said, 0, 3)
    assert of(said[0]) == (said[0].theme_id, ["cases.theme_kept"])
    assert Entry.objects.get(name="cases.theme_kept").data == {"theme_id": str(said[0].theme_id), "elsewhere": 1}
    assert of(said[3])[1] == ["cases.theme_followed"]


def test_a_draw_moves_nothing(said: list[Feedback]) -> None:
    Feedback.objects.filter(id=said[2].id).update(case_id=said[3].case_id)
    split(said, 0)
    assert of(said[0])[0] == said[0].theme_id


def test_what_was_followed_is_not_told_twice(said: list[Feedback]) -> None:
    new = split(said, 0, 3)
    moving.split(source=Theme.objects.get(id=said[0].theme_id), feedback_ids=[said[1].id], name="又", actor=STAFF)
    run_waiting()
    assert of(said[3]) == (new.id, ["cases.theme_followed"])
