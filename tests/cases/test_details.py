"""What a case lacks: read from the texts, ticked by hand, asked for once."""

import datetime
import uuid

import pytest

from huixiang.cases import asking
from huixiang.cases.detail_marks import DetailKey
from huixiang.cases.details import Detail, details_of, mark, marks_of, next_question
from huixiang.cases.models import Case, Turn
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

START = datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)
HERE = uuid.UUID(int=7)


def feedback(**fields: object) -> Feedback:
    values: dict[str, object] = {
        "kind": "defect", "facts": {"actual": "黑屏"}, "missing": ["scene", "steps", "version", "evidence"],
        "said_at": START, "language": "zh", "emotions": [], "sentiment_score": -0.2,
    }  # fmt: skip
    return Feedback(**{**values, **fields})


def talk(*said: str) -> list[Turn]:
    """Turns one after the other: what begins with > is ours."""
    return [
        Turn(
            id=uuid.uuid4(), direction="outbound" if text.startswith(">") else "inbound", text=text.removeprefix(">"),
            at=START + datetime.timedelta(hours=hour),
        )
        for hour, text in enumerate(said)
    ]  # fmt: skip


def states(found: list[Detail]) -> dict[str, str]:
    return {detail.key: detail.state for detail in found}


def test_what_the_feedback_tells_and_lacks_in_asking_order() -> None:
    found = details_of([feedback()], [], {}, with_files=set())
    assert [(detail.key, detail.state) for detail in found] == [
        ("actual", "told"), ("scene", "missing"), ("steps", "missing"), ("version", "missing"), ("evidence", "missing"),
    ]  # fmt: skip


def test_later_words_and_files_tell_too() -> None:
    turns = talk("车机黑屏了", ">谢谢您，请问是什么版本？", "版本 3.4.1", "给您看")
    found = details_of([feedback()], turns, {}, with_files={turns[3].id})
    assert {detail.key: detail.words for detail in found if detail.state == "told"} == {
        "actual": "黑屏", "version": "版本 3.4.1", "evidence": "",
    }  # fmt: skip


def test_an_answer_to_the_one_thing_that_was_asked_is_taken_for_it() -> None:
    turns = talk(">大概是什么时候、在什么情况下遇到的？", "停车场里")
    found = details_of([feedback()], turns, {}, with_files=set())
    assert [(one.state, one.words) for one in found if one.key == "scene"] == [("told", "停车场里")]


@pytest.mark.parametrize("said", ["好的", "你们什么时候能修好？", "谢谢"])
def test_a_courtesy_or_a_question_tells_nothing(said: str) -> None:
    turns = talk(">大概是什么时候、在什么情况下遇到的？", said)
    [scene] = [one for one in details_of([feedback()], turns, {}, with_files=set()) if one.key == "scene"]
    assert (scene.state, scene.spoken) == ("asked", True)


def test_a_short_word_nobody_asked_for_is_no_scene() -> None:
    found = details_of([feedback()], talk("我晚上再试试"), {}, with_files=set())
    assert states(found)["scene"] == "missing"


def test_a_person_goes_before_the_texts() -> None:
    marks = {"scene": "known", "steps": "unneeded", "actual": "missing"}
    found = details_of([feedback()], [], marks, with_files=set())
    assert states(found) == {
        "actual": "missing", "scene": "known", "steps": "unneeded", "version": "missing", "evidence": "missing",
    }  # fmt: skip


def test_one_question_at_a_time_and_none_twice() -> None:
    said = [feedback()]
    asked: list[str] = []
    turns: list[Turn] = []
    while question := next_question(details_of(said, turns, {}, with_files=set()), case_id=HERE, feedbacks=said):
        asked.append(question.key)
        turns = talk(*[f">{one.text}" for one in turns], f">{question.text}")
    assert asked == ["scene", "steps", "version", "evidence"]


def test_the_question_stays_and_differs_between_cases() -> None:
    said = [feedback()]
    assert len({asking.question_for("scene", case_id=HERE, feedbacks=said).text for _ in range(3)}) == 1
    others = {asking.question_for("scene", case_id=uuid.UUID(int=n), feedbacks=said).text for n in range(40)}
    assert len(others) == 3


def test_upset_members_are_asked_softly_and_each_in_their_language() -> None:
    table = asking._words("zh")["version"]
    plain = asking.question_for("version", case_id=HERE, feedbacks=[feedback()]).text
    soft = asking.question_for("version", case_id=HERE, feedbacks=[feedback(emotions=["愤怒"])]).text
    english = asking.question_for("version", case_id=HERE, feedbacks=[feedback(language="en")]).text
    assert (plain in table["plain"], soft in table["soft"], english.isascii()) == (True, True, True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_question_is_known_again_as_the_one_it_is(language: str) -> None:
    assert [(key, own) for key, own in asking._own(language) if asking.asked_in(own) != {key}] == []
    assert {key for key, _own in asking._own(language)} == set(DetailKey.values)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("麻烦发一张照片过来", {"evidence"}),
        ("请问您的车机版本是多少？大概多久出现一次？", {"version", "frequency"}),
        ("我们已经在新版本里修好了。", set()),
        ("Which model do you have?", {"version"}),
    ],
)
def test_what_we_ask_in_our_own_words_is_seen(text: str, keys: set[str]) -> None:
    assert asking.asked_in(text) == keys


def test_marks_are_told_and_taken_back(case: Case, operator: Membership) -> None:
    mark(case=case, key="version", marked="known", by=operator)
    mark(case=case, key="version", marked="known", by=operator)
    mark(case=case, key="version", marked="", by=operator)
    told = Entry.objects.filter(name="cases.detail_marked").order_by("id")
    assert [(one.data["detail"], one.data["marked"]) for one in told] == [("version", "known"), ("version", "")]
    assert marks_of(case) == {}
    with pytest.raises(Refused):
        mark(case=case, key="colour", marked="known", by=operator)


def test_what_the_bot_asked_is_not_asked_again() -> None:
    asked = {"scene": START + datetime.timedelta(minutes=1)}
    found = details_of([feedback()], talk("就是黑屏"), {}, with_files=set(), asked=asked)
    assert states(found)["scene"] == "asked"
    question = next_question(found, case_id=HERE, feedbacks=[feedback()])
    assert question is not None
    assert question.key == "steps"
