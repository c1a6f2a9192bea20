import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.journal.events import Actor
from huixiang.themes import actions, changing
from huixiang.themes.actions import rename_grown
from huixiang.themes.models import Theme
from tests.factories.rows import placed, towards, unstored

STAFF = Actor("staff", None)
SAID = ["零下二十度停了一夜，充电口盖冻住打不开", "充电口盖冬天冻住打不开", "充电口盖冻住"]


@pytest.fixture
def theme(app_channel: ChannelAccount) -> Theme:
    found = placed(app_channel, [towards(0)] * 3, *(unstored(app_channel, text, by=text) for text in SAID))[0]
    rename_grown(workspace_id=found.workspace_id, theme_ids=[found.id])
    return Theme.objects.get(id=found.id)


def test_a_theme_gets_a_sentence_of_what_was_said_marked_as_such(theme: Theme) -> None:
    assert (theme.summary, theme.summary_by) == (SAID[1], "machine")


def test_a_persons_summary_stays_and_taking_it_back_finds_one_anew(theme: Theme) -> None:
    actions.describe(theme=theme, actor=STAFF, summary="低温下充电口盖结冰")
    rename_grown(workspace_id=theme.workspace_id, theme_ids=[theme.id])
    theme.refresh_from_db()
    assert (theme.summary, theme.summary_by) == ("低温下充电口盖结冰", "")
    change = theme.changes.get()
    assert change.before == {"summary": None}
    changing.undo(change_id=change.id, workspace_id=theme.workspace_id, actor=STAFF)
    theme.refresh_from_db()
    assert (theme.summary, theme.summary_by) == (SAID[1], "machine")


def test_a_language_models_summary_stays_while_the_theme_grows(theme: Theme) -> None:
    Theme.objects.update(summary="模型写的", summary_by="llm")
    rename_grown(workspace_id=theme.workspace_id, theme_ids=[theme.id])
    theme.refresh_from_db()
    assert theme.summary == "模型写的"


def _remove(theme: Theme, text: str) -> None:
    gone = Feedback.objects.filter(theme_id=theme.id, text=text)
    ids = list(gone.values_list("id", flat=True))
    gone.update(removed_at=theme.last_seen, text="")
    actions.forget_feedback(workspace_id=theme.workspace_id, feedback_ids=ids)
    theme.refresh_from_db()


@pytest.mark.parametrize("by", ["machine", "llm"])
def test_no_theme_keeps_the_words_of_what_was_removed(theme: Theme, by: str) -> None:
    Theme.objects.update(summary=SAID[1], summary_by=by)
    _remove(theme, SAID[1])
    assert (theme.summary, theme.summary_by) == (SAID[0], "machine")
    for text in (SAID[0], SAID[2]):
        _remove(theme, text)
    assert (theme.summary, theme.summary_by) == ("", "")


def test_what_a_person_wrote_is_not_the_programs_to_forget(theme: Theme) -> None:
    actions.describe(theme=theme, actor=STAFF, name="口盖结冰", summary="低温下结冰")
    _remove(theme, SAID[0])
    assert (theme.name, theme.summary) == ("口盖结冰", "低温下结冰")
