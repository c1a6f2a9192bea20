import re

import pytest

from huixiang.ui import drawings


@pytest.mark.parametrize(
    ("value", "filled"), [(0, "0"), (50, "56.55"), (100, "113.1"), (140, "113.1"), (-3, "0")]
)
def test_the_dial_is_filled_to_its_value(value: float, filled: str) -> None:
    svg = drawings.dial(value, "影响力")
    assert f'stroke-dasharray="{filled} 113.1"' in svg
    assert f'<b aria-hidden="true">{min(max(value, 0), 100)}</b>' in svg


@pytest.mark.parametrize(("value", "total", "width"), [(3, 4, "75"), (0, 4, "0"), (9, 4, "100"), (1, 0, "0")])
def test_the_bar_never_leaves_its_frame(value: float, total: float, width: str) -> None:
    assert drawings.bar(value, total, "over") == (
        '<svg class="bar over" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="4"/></svg>'
    )


def test_shares_stand_side_by_side() -> None:
    svg = drawings.shares([75, 25], "75 : 25")
    assert re.findall(r'class="s(\d)" x="([\d.]+)" width="([\d.]+)"', svg) == [
        ("0", "0", "74.5"),
        ("1", "75", "24.5"),
    ]


def test_a_sparkline_takes_two_points() -> None:
    assert drawings.spark([1]) == ""
    assert 'points="2,25 117,3"' in drawings.spark([1, 5], width=121, height=28)


def test_columns_reach_from_the_floor_to_their_value() -> None:
    svg = drawings.columns([("11-20", 6), ("11-21", 12)], "trend")
    assert re.findall(r'class="c"[^>]* height="([\d.]+)"', svg) == ["75", "150"]
    assert re.findall(r'text-anchor="end">(\d+)<', svg) == ["0", "2", "4", "6", "8", "10", "12"]
    assert re.findall(r'text-anchor="middle">([\d-]+)<', svg) == ["6", "12", "11-20", "11-21"]


def test_many_columns_carry_few_labels_the_newest_always() -> None:
    svg = drawings.columns([(f"d{i}", i) for i in range(30)])
    assert re.findall(r'text-anchor="middle">(d\d+)<', svg) == ["d4", "d9", "d14", "d19", "d24", "d29"]


@pytest.mark.parametrize("highest", [0, 1, 3, 4, 7, 12, 41, 99, 100, 1234, 98765])
def test_the_scale_holds_the_highest_in_few_steps(highest: int) -> None:
    top, step = drawings._scale(highest)
    assert top >= highest
    assert 1 <= round(top / step) <= 6


def test_labels_are_escaped() -> None:
    assert "<script>" not in drawings.columns([("<script>", 1)], '"><script>')
    assert drawings.columns([]) == ""
