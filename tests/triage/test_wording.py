import datetime
import uuid

import pytest
from django.utils import translation

from huixiang.engine import read
from huixiang.engine.lexicons import lexicon
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.triage import credence, dials, grading
from huixiang.triage.copies import Copied
from huixiang.triage.machine_words import WORDS
from huixiang.triage.models import GradeRule
from huixiang.triage.wording import CHINESE, Said, conditions, reason_of, worded

NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
BACKING = credence.Backing(copied=Copied(uuid.uuid4(), 100, 2, 2))
SENTENCES = [
    ("读作故障（87%）", "read as a fault (87%)"),
    ("启动不了：核心功能失效", "“启动不了”: a core function fails"),
    ("Thanks：表扬", "“Thanks”: praise"),
    ("出现“不熟”，但整句不像安全问题", "“不熟” was found, but the whole is no danger"),
    ("按整句判断：轻微不便", "judged by the whole sentence: a slight inconvenience"),
    ("文字太长，只读了前 600 个字", "too long: only the first 600 characters were read"),
    ("写明了场景、版本和现象", "tells the scene, the version, what happened"),
    ("续 HX-1023", "goes on with HX-1023"),
    ("连同此前紧接着说的 2 句", "with what was said just before, 2 times"),
    ("核心功能失效且多人遇到", "A core function fails for many"),
    ("焦急、愤怒", "impatience, anger"),
    ("英文只按词表粗读；crashes：故障", "English is only read roughly, by a list of words; “crashes”: a fault"),
    ("severe", "severe"),
    ("", ""),
]


@pytest.mark.parametrize(("kept", "shown"), SENTENCES)
def test_a_sentence_of_the_engine_is_said_in_english(kept: str, shown: str) -> None:
    with translation.override("en"):
        assert worded(kept) == Said(shown)


def test_in_chinese_it_stays_as_it_is() -> None:
    with translation.override("zh-hans"):
        assert worded("读作故障（87%）") == Said("读作故障（87%）")


@pytest.mark.parametrize("own", ["我们自己的规则", "读作故障（87%）；别的话", "吵：我们自己的名字"])
def test_what_is_not_known_stays_and_is_marked_as_chinese(own: str) -> None:
    with translation.override("en"):
        assert worded(own) == Said(own, CHINESE)


def test_the_machines_words_go_back_to_the_same_chinese() -> None:
    with translation.override("zh-hans"):
        assert {kept: str(word) for kept, word in WORDS.items()} == {kept: kept for kept in WORDS}


def test_every_name_the_engine_and_the_first_table_use_has_its_words() -> None:
    names = {rule["name"] for part in ("severity", "escalation") for rule in lexicon(part)["rule"]}
    names |= {emotion["name"] for emotion in lexicon("emotions")["emotion"]}
    names |= {name for family in ("car", "general") for name in lexicon("aspects")[family]}
    names |= {name for name, _grade, _conditions in grading.DEFAULT_RULES}
    assert names - set(WORDS) == set()


def test_what_the_engine_says_of_real_texts_has_its_english() -> None:
    texts = [
        "零下三十度停了一夜，早上按启动键没有反应，车机版本 3.4.1", "女儿在车里冻哭了，再不解决我就曝光你们", "好喝！",
        "加微信 xyz888 免费领红包，加微信送券，点击领取", "垃圾垃圾垃圾垃圾垃圾垃圾", "。。。",
        "The app crashes on start",
        "สวัสดีครับ วันนี้อากาศดี", "喝完肚子疼，杯子里有只死虫子", "能不能加个夜间模式", "为什么发货这么慢？",
    ]  # fmt: skip
    sentences = [one for found in read(texts) for one in (*found.reasons, found.authenticity_reason, *found.emotions)]
    with translation.override("en"):
        assert [one for one in sentences if worded(one).lang] == []


def test_a_dial_kept_in_one_language_is_told_in_another() -> None:
    member = Member(tier="koc", confirmed_count=3, reach=2400)
    [reading] = read(["零下三十度停了一夜，早上按启动键没有反应，车机版本 3.4.1"])
    theme = Theme(people_count=4, recent_people=3)
    with translation.override("zh-hans"):
        kept = [
            dial.to_json()
            for dial in (
                dials.influence(member),
                credence.authenticity(reading, member, Feedback(said_at=NOW), BACKING),
                dials.prevalence(theme),
            )
        ]
        assert [str(reason_of(one)) for one in kept] == [one["reason"] for one in kept]
    with translation.override("en"):
        assert [reason_of(one) for one in kept] == [
            Said("KOC, 3 reports confirmed, read by about 2400 people"),
            Said("tells the scene, the version, what happened; earlier reports were confirmed; "
                 "has been here long, 0 reports before this one; the same text from 2 accounts"),
            Said("4 people said this, 3 of them within 72 hours, still growing"),
        ]  # fmt: skip


def test_what_was_kept_before_there_were_parts_is_shown_and_marked() -> None:
    with translation.override("en"):
        assert reason_of({"reason": "目前只有一个人说过", "quote": ""}) == Said("目前只有一个人说过", CHINESE)
        assert reason_of({"reason": "写明了场景", "quote": ""}) == Said("tells the scene")
        assert reason_of({}) == Said("")


def test_the_conditions_of_a_rule_are_told_in_english() -> None:
    with translation.override("zh-hans"):
        kept = grading.in_words(GradeRule(min_severity=75, min_authenticity=40, escalating=True, negative=True))
        assert conditions(kept) == Said(kept)
    with translation.override("en"):
        told = "authenticity ≥ 40, severity ≥ 75, announces to go public, displeased"
        assert conditions(kept) == Said(told)
        assert conditions("别的条件") == Said("别的条件", CHINESE)
