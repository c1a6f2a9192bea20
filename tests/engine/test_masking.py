import pytest

from huixiang.engine.masking import mask


@pytest.mark.parametrize(
    ("text", "shown", "kind"),
    [
        ("电话13812345678找我", "电话138****5678找我", "phone"),
        ("打 138-1234-5678 没人接", "打 138****5678 没人接", "phone"),
        ("+86 13912345678", "+86 139****5678", "phone"),
        ("座机010-12345678", "座机010-****5678", "phone"),
        ("门店0571-1234567", "门店0571-****567", "phone"),
        ("身份证11010519491231002X", "身份证1101**********002X", "identity"),
        ("车牌京A12345", "车牌京A·***45", "plate"),
        ("新能源粤BD12345", "新能源粤B·****45", "plate"),
        ("卡号4111111111111111", "卡号4111********1111", "bank_card"),
        ("卡号4111 1111 1111 1111退款", "卡号4111********1111退款", "bank_card"),
        ("邮箱anna.li@example.com", "邮箱a***@example.com", "email"),
    ],
)
def test_personal_numbers_are_hidden(text: str, shown: str, kind: str) -> None:
    masked = mask(text)
    assert masked.text == shown
    assert masked.kinds == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "系统13.0.5更新后闪退",
        "跑了123456公里",
        "2026-11-21 08:05 出现",
        "2026年11月21日提车",
        "花了12999元",
        "固件V2.3.1.20261121",
        "版本号20261121001",
        "帧率120，亮度500",
        "卡号4111111111111112",
        "京东买的A4纸",
        "第3次了",
    ],
)
def test_facts_are_left_alone(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_masking_twice_changes_nothing() -> None:
    once = mask("13812345678 京A12345 粤BD12345 a.b@example.com 4111111111111111 11010519491231002X 010-12345678")
    assert mask(once.text).text == once.text
    assert set(once.kinds) == {"phone", "plate", "email", "bank_card", "identity"}
