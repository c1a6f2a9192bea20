import pytest

from huixiang.engine.copies import KEYS, NEAR, keys, likeness, shingles

TEXT = "新款车机升级后导航一直闪退，客服半个月都没人回复，太让人失望了"
SAME = [
    TEXT, f"  {TEXT}！！！", TEXT.replace("，", " "), f"😡{TEXT}😡", TEXT.replace("新款", "新 款"),
]  # fmt: skip
NEARLY = [
    "新款车机升级之后导航老是闪退，客服半个月了都没人回复，真让人失望",
    f"转发！{TEXT}，大家都来评评理",
    "车机升级后导航一直闪退，客服半个月没人回复，太让人失望了",
]
OTHERS = [
    "升级完导航打不开，点了就退回桌面，打了三次电话没人接",
    "高速上车机黑屏重启，导航和倒车影像全没了，这周第三次",
    "导航闪退",
]


@pytest.mark.parametrize("other", SAME)
def test_marks_spaces_and_emoji_tell_no_texts_apart(other: str) -> None:
    assert likeness(shingles(TEXT), shingles(other)) == 1.0


def test_figures_tell_no_texts_apart() -> None:
    one, other = shingles("订单 20981 发货十天没到，客服让我等"), shingles("订单 7715 发货十天没到，客服让我等")
    assert likeness(one, other) == 1.0


@pytest.mark.parametrize("other", NEARLY)
def test_a_few_words_changed_is_a_near_copy_and_shares_a_key(other: str) -> None:
    said = shingles(other)
    assert NEAR <= likeness(shingles(TEXT), said) < 1
    assert set(keys(shingles(TEXT))) & set(keys(said)) != set()


@pytest.mark.parametrize("other", OTHERS)
def test_the_same_trouble_in_ones_own_words_is_none(other: str) -> None:
    assert likeness(shingles(TEXT), shingles(other)) == 0


def test_short_headings_about_one_fault_are_none() -> None:
    one, other = "一汽马自达车身B柱天窗异响严重", "一汽马自达车身B柱车门异响严重"
    assert likeness(shingles(one), shingles(other)) == 0


def test_what_a_form_writes_makes_no_copies() -> None:
    one = "MIUI13-小米11开发版-日常使用耗电严重 操作步骤 电池掉得好快 预期结果 续航正常 实际结果 半天就没电了"
    other = "MIUI13 小米11 开发版 日常使用耗电快 操作步骤 后台没开也掉电 预期结果 优化 实际结果 一天两充"
    assert likeness(shingles(one), shingles(other)) == 0


@pytest.mark.parametrize("text", ["", "打不开", "！！！！！！！！！！！！！！！！！！", "😀" * 40, "1" * 100])
def test_a_text_too_short_is_nobodys_copy(text: str) -> None:
    assert (shingles(text), keys(shingles(text)), likeness(shingles(text), shingles(text))) == (frozenset(), [], 0)


def test_keys_are_the_same_at_every_reading_and_fit_the_column() -> None:
    found = keys(shingles(TEXT))
    assert (len(found), found, found[0]) == (KEYS, keys(shingles(f"{TEXT}。")), found[0])
    assert max(abs(key) for key in found) < 1 << 63
