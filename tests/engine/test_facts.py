import pytest

from huixiang.engine.facts import facts_of, missing_of
from huixiang.engine.reading import FACT_KEYS, Kind

FORM = "操作步骤：打开相册，点右上角分享 预期结果：能选到微信 实际结果：列表是空的，点什么都没反应 出现频率：每次都这样"


def test_a_form_is_cut_at_its_headings() -> None:
    assert facts_of(FORM, Kind.defect) == {
        "steps": "打开相册，点右上角分享",
        "expected": "能选到微信",
        "actual": "列表是空的，点什么都没反应",
        "frequency": "每次都这样",
    }


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("零下二十度，停了一夜，打不着火", "scene", "零下二十度，停了一夜"),
        ("零下二十度，停了一夜，打不着火", "actual", "打不着火"),
        ("升级到2.3.1以后开机黑屏", "version", "升级到2.3.1"),
        ("系统版本14.2.0，蓝牙连不上", "version", "系统版本14.2.0"),
        ("空调每次启动都有异响", "frequency", "每次"),
        ("一周死机三次，烦死", "frequency", "一周死机三次"),
        ("门关不上，拍了视频", "evidence", "拍了视频"),
        ("漏水了，订单号AB20261121", "evidence", "订单号AB20261121"),
        ("小程序 4.12 打不开订单", "version", "小程序 4.12"),
        ("车机 v2.2，蓝牙断连", "version", "车机 v2.2"),
        ("空调这周第三次不制冷了", "frequency", "这周第三次"),
        ("屏幕一周三次花屏", "frequency", "一周三次"),
        ("导航一响电话就没声，每次都这样", "frequency", "每次都这样"),
        ("早上打不着，我有行车电压的数据可以发", "evidence", "有行车电压的数据可以发"),
        ("满电少跑 50 公里，高速 110 定速，气温八度", "scene", "高速 110 定速，气温八度"),
        ("变道的时候仪表闪一下就黑了", "scene", "变道的时候"),
        ("预约被改期三次，客服态度还敷衍", "actual", "预约被改期三次"),
        ("灯不亮了，希望尽快换新的", "expected", "希望尽快换新的"),
    ],
)
def test_a_fact_is_quoted_from_the_text(text: str, key: str, words: str) -> None:
    assert facts_of(text, Kind.defect)[key] == words


def test_every_fact_stands_in_the_text() -> None:
    for key, words in facts_of(FORM, Kind.defect).items():
        assert key in FACT_KEYS
        assert words in FORM


@pytest.mark.parametrize("kind", [Kind.praise, Kind.chatter, Kind.spam])
def test_what_is_no_report_has_no_facts_and_nobody_is_asked(kind: Kind) -> None:
    assert facts_of("昨天升级到2.3.1，非常流畅", kind) == {}
    assert missing_of("昨天升级到2.3.1，非常流畅", kind, 0, {}) == ()


def test_what_is_missing_is_asked_in_order() -> None:
    assert missing_of("相机闪退", Kind.defect, 2, {"actual": "相机闪退"}) == (
        "scene",
        "steps",
        "version",
        "frequency",
        "evidence",
    )


def test_a_car_that_does_not_start_is_not_asked_how_often() -> None:
    text = "零下二十度，停了一夜，打不着火"
    assert missing_of(text, Kind.defect, 3, facts_of(text, Kind.defect)) == ("version", "evidence")


def test_a_complaint_is_asked_for_evidence() -> None:
    assert missing_of("店员骂人", Kind.complaint, 2, {"actual": "店员骂人"}) == ("scene", "evidence")


def test_a_guess_is_no_expectation_and_a_version_no_step() -> None:
    facts = facts_of("车机 3.4.1，导航没声，应该不是手机的问题", Kind.defect)
    assert "expected" not in facts
    assert "steps" not in facts
    assert facts["version"] == "车机 3.4.1"


def test_how_often_is_counted_before_called_seldom() -> None:
    assert facts_of("偶尔花屏，一周三次", Kind.defect)["frequency"] == "一周三次"
    assert "frequency" not in facts_of("第二次才启动成功", Kind.defect)
