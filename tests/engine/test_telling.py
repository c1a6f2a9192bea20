import pytest

from huixiang.engine.branding import unbranded
from huixiang.engine.naming import LONGEST_NAME, name
from huixiang.engine.telling import telling
from huixiang.engine.titling import title

LONG = (
    "大家好，我是去年三月提的车，一直挺喜欢的，平时上下班开。上周开始情况不对了，"
    "冷车启动以后变速箱一直顿挫，起步像被人踹了一脚。去店里看过，说是正常现象。周末还带孩子去了公园，玩得很开心。"
)


def test_a_short_text_comes_back_whole() -> None:
    assert telling("空调不制冷") == "空调不制冷"


def test_the_problem_is_kept_of_a_long_text() -> None:
    told = telling(LONG)
    assert len(told) <= 64
    assert "变速箱一直顿挫" in told
    assert "公园" not in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好，我的手机昨天更新以后无法充电，怎么办？", "我的手机昨天更新以后无法充电"),
        ("停了一夜，打不着火。", "停了一夜，打不着火"),
        ("X9系统-稳定版2.1-蓝牙频繁断连", "蓝牙频繁断连"),
        ("等了半小时才好，雨刷低速时一抖一抖的，夜里看不清路，吓人", "雨刷低速时一抖一抖的"),
        ("换了三部手机都一样，应该不是手机的问题，导航一说话对方就没声了", "导航一说话对方就没声了"),
        ("保养被改期两次，没人通知我，客服态度很敷衍", "保养被改期两次"),
        ("你们有没有遇到语音播报把电话压没的？", "语音播报把电话压没"),
        ("今早 7:20 按启动键没反应，等拖车等了一个小时", "按启动键没反应"),
        (
            "踩刹车的时候有很大的尖叫声，我电话 136****5678，停车场里大家都看我，3.4.1 之后才有的",
            "踩刹车的时候有很大的尖叫声",
        ),
        ("联系我 139****1234，后备箱感应没反应", "后备箱感应没反应"),
        ("昨晚的升级把我的座椅位置全清了，停在路边调了十分钟", "昨晚的升级把我的座椅位置全清了"),
        ("续航这事别糊弄，差 50 多公里，表都给你们列好了", "续航这事别糊弄"),
        ("来电：换了原厂冬季胎后胎噪明显变大，80 以上说话要喊，问是否正常", "来电：换了原厂冬季胎后胎噪明显变大"),
        ("换了三根才充上，车机提示“充电桩通信异常”", "车机提示“充电桩通信异常”"),
        ("中控屏贴了官方钢化膜，反而触控不灵敏", "中控屏贴了官方钢化膜，反而触控不灵敏"),
        ("！！！", "！！！"),
        ("", ""),
    ],
)
def test_title(text: str, expected: str) -> None:
    assert title(text) == expected


def test_a_title_is_short_and_ends_without_a_mark() -> None:
    words = title(LONG)
    assert 0 < len(words) <= 30
    assert words[-1] not in "，。！？"


def test_one_text_is_named_by_its_problem() -> None:
    assert name(["漠河零下二十度，低温无法启动，很失望"]) == "低温无法启动"


def test_a_name_does_not_begin_where_a_version_was_taken_out() -> None:
    assert name(["3.4.1 之后车门把手早上老是冻住，弹出来一半卡着"]) == "车门把手早上老是冻住"


def test_many_texts_are_named_by_what_they_share() -> None:
    texts = [
        "倒车影像黑屏，下雨天更明显",
        "今天又是倒车影像黑屏，看不见后面",
        "昨天提的车，倒车影像黑屏，怎么处理",
    ]
    assert name(texts) == "倒车影像黑屏"
    assert name(list(reversed(texts))) == name(texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("升级 3.2.0 以后续航掉得厉害", "升级以后续航掉得厉害"),
        ("座椅通风三挡和一挡吹起来没区别", "座椅通风三挡和一挡吹起来没区别"),
        ("仪表闪了两下低压异常就全黑了", "仪表闪了两下低压异常就全黑了"),
    ],
)
def test_a_name_ends_where_a_thought_ends(text: str, expected: str) -> None:
    assert name([text]) == expected


def test_a_long_clause_is_not_cut_in_a_word_or_behind_a_figure() -> None:
    words = name(["从九月那次远程升级推送安装完成以后满电状态下少跑 61 公里左右"])
    assert len(words) <= LONGEST_NAME
    assert not words[-1].isdigit()
    assert " " not in (words[0], words[-1])


@pytest.mark.parametrize("texts", [[], [""], ["！！"], ["😀"], ["x" * 500]])
def test_any_group_gets_a_short_name(texts: list[str]) -> None:
    assert 0 < len(name(texts)) <= LONGEST_NAME


def test_makers_and_versions_are_taken_out() -> None:
    assert unbranded("上汽大众途观天窗漏水") == "天窗漏水"
    assert unbranded("苹果很甜") == "苹果很甜"
