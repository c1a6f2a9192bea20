import pytest

from huixiang.engine.emotions import emotions_of
from huixiang.engine.lexicons import lexicon
from huixiang.engine.rules import cue, gravest, rules


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("充电时电池冒烟了", "有起火或爆炸危险"),
        ("下坡刹车突然失灵", "刹车或转向有失灵危险"),
        ("高速上开着开着熄火", "行驶中失去动力或失控"),
        ("后排安全带卡死拉不出来", "安全装置不可靠"),
        ("喝完孩子拉肚子", "有人受伤或身体不适"),
        ("汤里有一只苍蝇", "食物里有异物"),
        ("米饭馊了", "食物变质或不卫生"),
        ("这家店无证经营", "无证或造假，涉及健康"),
        ("银行卡被盗刷", "钱或个人资料被骗、被盗"),
    ],
)
def test_a_safety_word_is_named(text: str, name: str) -> None:
    hit = gravest(rules("severity").hits(text))
    assert hit is not None
    assert (hit.level, hit.name) == (4, name)
    assert hit.quote in text


@pytest.mark.parametrize(
    ("text", "level", "name"),
    [
        ("按开机键没有一点反应", 3, "核心功能失效"),
        ("冻了一夜发动不了", 3, "核心功能失效"),
        ("三台车都趴窝", 3, "核心功能失效"),
        ("插了一晚上充不进电", 3, "核心功能失效"),
        ("充电口冻住打不开", 3, "核心功能失效"),
        ("高架上中控突然全黑", 3, "行驶中屏幕失效"),
        ("倒车影像全没了", 3, "行驶中屏幕失效"),
        ("下坡时刹车变硬", 4, "刹车或转向有失灵危险"),
        ("拐弯时方向盘锁住", 4, "刹车或转向有失灵危险"),
        ("电池鼓起来一块", 4, "有起火或爆炸危险"),
        ("后备箱一股汽油味", 4, "有起火或爆炸危险"),
        ("把我手电麻了", 4, "有起火或爆炸危险"),
        ("儿子在后座冻得直哭", 4, "有人身处险境"),
        ("零下三十度被困在国道上", 4, "有人身处险境"),
    ],
)
def test_a_plain_failure_is_named_with_its_level(text: str, level: int, name: str) -> None:
    hit = gravest(rules("severity").hits(text))
    assert hit is not None
    assert (hit.level, hit.name) == (level, name)
    assert hit.quote in text


def test_people_in_danger_are_quoted_with_their_whole_clauses() -> None:
    hit = gravest(rules("severity").hits("早上打不着火。车里坐着孕妇和孩子，在路边等救援等了三小时，气人"))
    assert hit is not None
    assert (hit.quote, hit.certain) == ("车里坐着孕妇和孩子，在路边等救援等了三小时", True)


@pytest.mark.parametrize("text", ["孩子今天哭了", "群里老人多", "等了两个小时才吃上饭", "女儿在家写作业"])
def test_family_without_danger_is_no_danger(text: str) -> None:
    assert "有人身处险境" not in [hit.name for hit in rules("severity").hits(text)]


@pytest.mark.parametrize("text", ["没有冒烟", "打不着火", "未受伤", "不会过敏"])
def test_a_denied_or_harmless_word_is_no_safety_hit(text: str) -> None:
    hit = gravest(rules("severity").hits(text))
    assert hit is None or hit.level < 4


def test_a_dead_car_is_a_core_failure() -> None:
    hit = gravest(rules("severity").hits("早上打不着火"))
    assert hit is not None
    assert (hit.quote, hit.name, hit.level) == ("打不着火", "核心功能失效", 3)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("明天就去12315", "要找监管部门"),
        ("发到网上曝光你们", "要曝光"),
        ("已经请了律师", "要走法律途径"),
        ("我要举报", "要举报、维权"),
        ("几百车主要求给说法", "多人一起"),
        ("打了五次电话没人管", "多次找过没有结果"),
    ],
)
def test_an_escalation_word_is_named(text: str, name: str) -> None:
    assert name in [hit.name for hit in rules("escalation").hits(text)]


def test_a_number_is_no_consumer_day() -> None:
    assert rules("escalation").hits("里程3150公里") == []


@pytest.mark.parametrize(
    ("text", "faces", "sentiment", "names"),
    [
        ("太失望了，再也不买", (), -1, ("失望",)),
        ("气死我了", (), -1, ("愤怒",)),
        ("谢谢你们，很满意", (), 1, ("感谢", "开心")),
        ("屏幕坏了", ("😡",), -1, ("愤怒",)),
        ("不担心", (), 0, ()),
    ],
)
def test_feelings(text: str, faces: tuple[str, ...], sentiment: int, names: tuple[str, ...]) -> None:
    assert emotions_of(text, faces, sentiment)[0] == names


def test_the_clause_that_carries_the_feeling_is_quoted() -> None:
    assert emotions_of("车停了三天，真的很担心，怎么办", (), -1) == (("担心",), "真的很担心")


def test_every_list_compiles() -> None:
    for name in lexicon("cues"):
        assert cue(name).search("") is None
    for name in ("severity", "escalation"):
        assert rules(name).hits("") == []
