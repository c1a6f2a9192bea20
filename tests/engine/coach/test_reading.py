import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from huixiang.engine import coach
from huixiang.engine.coach.reading import advise, hints, mended, red_lines
from huixiang.engine.coach.rules import LANGUAGES, Fault, Merit, language_of, rules_of
from tests.engine.coach.labelled import examples

SAID = {"zh": "右后门过减速带就响，4S店说听不见。", "en": "The rear hatch rattles on cobbled streets."}


def _written(language: str) -> list[tuple[str, dict[str, Any]]]:
    table = tomllib.loads((Path(coach.__file__).parent / f"{language}.toml").read_text("utf-8"))
    return [(name, rule) for name in Fault for rule in table.get(name, [])]


RULES = [(language, fault, rule) for language in LANGUAGES for fault, rule in _written(language)]


@pytest.mark.parametrize(("language", "fault", "rule"), RULES)
def test_every_rule_finds_its_example(language: str, fault: str, rule: dict[str, Any]) -> None:
    assert re.search(rule["pattern"], rule["example"], re.IGNORECASE)
    assert re.search(rule["pattern"], "", re.IGNORECASE) is None
    assert rule["better"].strip()
    assert language_of(rule["better"]) == language
    found = advise(rule["example"], public=True).findings
    assert fault in [str(one.fault) for one in found]


@pytest.mark.parametrize(("language", "fault", "rule"), RULES)
def test_better_words_are_themselves_without_fault(language: str, fault: str, rule: dict[str, Any]) -> None:
    assert [(str(one.fault), one.words) for one in advise(rule["better"], public=True).findings] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_better_words_of_announcements_speak_to_many_and_are_without_fault(language: str) -> None:
    words = {rule.better for rule in rules_of(language).announced if not rule.words_only}
    assert len(words) == len({rule.fault for rule in rules_of(language).announced if not rule.words_only})
    assert [(one, advise(one, public=True).findings) for one in words if advise(one, public=True).findings] == []


def test_what_hurts_only_between_the_lines_is_information_in_an_announcement() -> None:
    told = "后台数据显示车辆一切良好。"
    assert [str(one.fault) for one in advise(told).findings] == ["argues"]
    assert advise(told, answers=False).findings == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_taken_one_after_the_other_the_better_words_leave_no_fault(language: str) -> None:
    """In every example: a draft whose proposals are all taken reads without any fault, and keeps its other words."""
    stubborn = []
    for example in examples(language):
        draft, left = example.draft, 12
        while (findings := advise(draft, example.said, public=example.public).findings) and left:
            draft, left = mended(draft, findings[0]), left - 1
        if findings:
            stubborn.append((example.number, draft, [(str(one.fault), one.words) for one in findings]))
    assert stubborn == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("merit", list(Merit))
def test_a_sentence_to_begin_with_earns_its_merit(language: str, merit: Merit) -> None:
    sentence = hints("", SAID[language])[merit]
    advice = advise(sentence, SAID[language])
    assert advice.merits[merit]
    assert advice.findings == ()


def test_without_words_of_the_member_there_is_nothing_to_repeat() -> None:
    assert hints("谢谢您")[Merit.NAMED] == ""


@pytest.mark.parametrize(
    ("draft", "wanted"),
    [
        ("谢谢您，不过就晚了一天而已，您看。", "谢谢您，对我们是小事，对您是实实在在的麻烦，您看。"),
        ("尊敬的用户，您好，我在查。", "您好，我在查。"),
        ("您的电话13800001111我们会打。", "您的电话138****1111我们会打。"),
        ("Thank you, but nobody else has complained.",
         "Thank you, but you are the first to tell us, which makes the details you know all the more useful."),
    ],
)  # fmt: skip
def test_better_words_fit_the_sentence(draft: str, wanted: str) -> None:
    [finding] = advise(draft, public=True).findings
    assert mended(draft, finding) == wanted


def test_the_score_explains_itself() -> None:
    advice = advise("谢谢您，对不起。是您自己记错了。", "柜员说我记错")
    assert dict(advice.counted)["start"] == 50
    assert advice.score == sum(points for _name, points in advice.counted)
    assert (advise("").score, advise("  \n").score) == (0, 0)


def test_what_is_quoted_is_somebody_elses() -> None:
    assert advise("前台说“管不了”，这话不该说。").findings == ()


def test_a_draft_is_read_whole_where_it_counts() -> None:
    long = "我们在查。" * 1_500 + "再发就把您踢出群。请打 13800001111。"
    assert [str(one.fault) for one in red_lines(long, public=True)] == ["threatens", "exposes"]
    assert [str(one.fault) for one in red_lines(long, public=False)] == ["threatens"]


def test_digits_as_they_are_typed_in_chinese_are_digits() -> None:
    [found] = red_lines("请打１３８００００１１１１找我", public=True)
    assert (found.words, found.better) == ("１３８００００１１１１", "138****1111")


def test_a_number_is_found_wherever_it_stands() -> None:
    found = red_lines("13800001111，再说一遍 13800001111", public=True)
    assert [(one.start, one.end) for one in found] == [(0, 11), (17, 28)]


@pytest.mark.parametrize("text", ["", " ", "。。。", "，", "\n\n", "“”", "😀😀", "a", "1" * 5_000, "您" * 5_000, "a@"])
def test_nothing_breaks_it(text: str) -> None:
    assert 0 <= advise(text, text, public=True).score <= 100


def test_the_rules_are_read_once() -> None:
    assert rules_of("zh") is rules_of("zh")
