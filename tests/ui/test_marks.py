import pytest

from huixiang.ui import marks


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("漠河守夜人", "漠"),
        ("知夏", "夏"),
        ("沈砚", "砚"),
        ("阿澈", "澈"),
        ("老 K 不老", "K"),
        ("栗子", "栗"),
        ("小满不加班", "满"),
        ("Tom Hanks", "T"),
        ("张", "张"),
        ("🚗", ""),
        ("", ""),
        ("  ", ""),
        ("ülkü", "Ü"),
    ],
)
def test_telling_character(name: str, character: str) -> None:
    assert marks.telling_character(name) == character


def test_the_hue_is_the_same_in_every_process() -> None:
    assert [marks.hue(name) for name in ("漠河守夜人", "知夏", "", "\ud800")] == [4, 0, 0, 0]


def test_avatar_escapes_and_has_three_looks() -> None:
    assert (
        marks.avatar("知夏", size="s", official=True) == '<span class="av s off" aria-hidden="true">夏</span>'
    )
    assert marks.avatar("知夏") == '<span class="av h0" aria-hidden="true">夏</span>'
    assert marks.avatar("知夏", anonymous=True) == (
        '<span class="av anon" aria-hidden="true"><i class="ti ti-user"></i></span>'
    )
    assert marks.avatar("<>&", anonymous=False) == marks.avatar("", anonymous=True)


def test_masked_sets_numbers_apart_and_escapes_the_rest() -> None:
    assert marks.masked("电话138****5678，<b>a***@x.com") == (
        '电话<span class="mask">138****5678</span>，&lt;b&gt;<span class="mask">a***@x.com</span>'
    )


def test_a_single_star_is_the_members_own() -> None:
    assert marks.masked("3*4 = 12 & more") == "3*4 = 12 &amp; more"
