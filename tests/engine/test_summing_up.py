import pytest

from huixiang.engine.naming import name
from huixiang.engine.summing_up import LONGEST, summary

COLD = [
    "您好，零下二十度停了一夜，早上充电口盖冻住打不开。希望尽快处理",
    "充电口盖冬天冻住了打不开，等了半小时",
    "昨天零下十五度，充电口盖冻住打不开，客服说让我浇热水？",
    "充电口盖冻住",
]


def test_it_is_a_sentence_that_tells_scene_and_fault() -> None:
    found = summary(COLD)
    assert found in {"零下二十度停了一夜，早上充电口盖冻住打不开", "充电口盖冬天冻住了打不开，等了半小时"}


@pytest.mark.parametrize("texts", [[], [""], ["！！"], ["好"]])
def test_nothing_to_say(texts: list[str]) -> None:
    assert not summary(texts)


def test_it_is_short_and_shows_no_number() -> None:
    long = "每次在高速上行驶的时候变速箱都会突然顿挫，" * 8 + "请联系13812345678"
    found = summary([long, "变速箱高速顿挫，联系电话13812345678，急"])
    assert 0 < len(found) <= LONGEST
    assert "13812345678" not in found


def test_the_order_of_equals_does_not_matter() -> None:
    assert summary(COLD) == summary(COLD[::-1])


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["小米11 待机耗电异常", "小米11待机耗电异常"], "待机耗电异常"),
        (["我投诉的是小区物业不作为", "我投诉的是小区物业不作为"], "小区物业不作为"),
        (["我无法打开蓝牙开关", "我无法打开蓝牙开关"], "无法打开蓝牙开关"),
    ],
)
def test_a_name_leaves_out_whose_it_is_and_who_says_it(texts: list[str], named: str) -> None:
    assert name(texts) == named
