"""Small drawings as SVG: dial, bar, shares of a whole, sparkline, column chart.

Sizes and shares are SVG attributes, never ``style``: the pages' security policy allows no inline style.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[object, float]

RADIUS: Final = 18
ROUND: Final = 2 * math.pi * RADIUS
# The column chart: pixels downwards, per cent across, so that it widens without stretching its letters.
TOP: Final = 18
FLOOR: Final = 168
CHART_HEIGHT: Final = 196
LEFT: Final = 5.0
MOST_LABELS: Final = 7
MOST_COLUMN_WIDTH: Final = 2.4
VALUES_SHOWN_UP_TO: Final = 14
MOST_STEPS: Final = 6


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def dial(value: float, label: str, *, small: bool = False) -> SafeString:
    """Draw a ring filled to ``value`` of 100 with the figure in it; screen readers say the label."""
    shown = round(min(max(value, 0), 100))
    return format_html(
        '<span class="dial{}" role="img" aria-label="{} {}">'
        '<svg viewBox="0 0 44 44" width="100%" height="100%" aria-hidden="true">'
        '<circle cx="22" cy="22" r="18"/><circle class="v" cx="22" cy="22" r="18"'
        ' stroke-dasharray="{} {}" transform="rotate(-90 22 22)"/></svg><b aria-hidden="true">{}</b></span>',
        " s" if small else "",
        label,
        shown,
        _number(ROUND * shown / 100),
        _number(ROUND),
        shown,
    )


def bar(value: float, total: float, kind: str = "") -> SafeString:
    """Draw a thin bar filled to value/total; ``kind`` is any of: over (late), mut (grey), h6 (6 px high)."""
    share = 0.0 if total <= 0 else min(max(value / total, 0.0), 1.0)
    return format_html(
        '<svg class="bar{}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="4"/></svg>',
        f" {kind}" if kind else "",
        _number(share * 100),
    )


def shares(values: Sequence[float], label: str = "") -> SafeString:
    """Draw one bar divided among ``values``; told apart by shade, so the words must stand beside it."""
    total = sum(values) or 1
    parts: list[tuple[int, str, str]] = []
    at = 0.0
    for index, value in enumerate(values):
        width = value / total * 100
        parts.append((min(index, 4), _number(at), _number(max(width - 0.5, 0))))
        at += width
    rects = format_html_join("", '<rect class="s{}" x="{}" width="{}" height="8"/>', parts)
    return format_html(
        '<svg class="shares" viewBox="0 0 100 8" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        label,
        rects,
    )


def spark(values: Sequence[float], *, width: int = 120, height: int = 28) -> SafeString:
    """Draw a sparkline with its last point marked; nothing for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004 - a line takes two points
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (width - 6) / (len(values) - 1)
    points = [
        (_number(2 + i * step), _number(height - 3 - (value - low) / span * (height - 6)))
        for i, value in enumerate(values)
    ]
    last_x, last_y = points[-1]
    return format_html(
        '<svg class="spark" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>',
        width,
        height,
        width,
        height,
        " ".join(f"{x},{y}" for x, y in points),
        last_x,
        last_y,
    )


def columns(series: Sequence[Point], label: str = "") -> SafeString:
    """Draw a column chart of (label, value) pairs with a value axis; nothing for an empty series."""
    if not series:
        return SafeString("")
    top, step = _scale(max(value for _, value in series))
    slot = (100 - LEFT) / len(series)
    return format_html(
        '<svg class="cols" width="100%" height="{}" role="img" aria-label="{}">{}{}{}</svg>',
        CHART_HEIGHT,
        label,
        _grid(top, step),
        _columns(series, top, slot),
        _labels(series, slot),
    )


def _scale(highest: float) -> tuple[float, float]:
    """Find a round top and the grid's step: one, two or five times a power of ten, six steps at most."""
    if highest <= 0:
        return 4, 1
    power = 10 ** math.floor(math.log10(highest / MOST_STEPS)) if highest > MOST_STEPS else 1
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * MOST_STEPS >= highest)
    return math.ceil(highest / step) * step, step


def _height(value: float, top: float) -> float:
    return max(value, 0) / top * (FLOOR - TOP)


def _grid(top: float, step: float) -> SafeString:
    lines = []
    for index in range(round(top / step) + 1):
        y = FLOOR - _height(index * step, top)
        lines.append(
            (
                _number(LEFT),
                "ax" if index == 0 else "gl",
                _number(y),
                _number(y),
                _number(LEFT - 1),
                _number(y + 4),
                _number(index * step),
            )
        )
    return format_html_join(
        "",
        '<line x1="{}%" x2="100%" class="{}" y1="{}" y2="{}"/>'
        '<text x="{}%" y="{}" text-anchor="end">{}</text>',
        lines,
    )


def _columns(series: Sequence[Point], top: float, slot: float) -> SafeString:
    width = min(slot * 0.6, MOST_COLUMN_WIDTH)
    drawn = []
    for index, (label, value) in enumerate(series):
        middle = LEFT + slot * (index + 0.5)
        height = _height(value, top)
        word = _number(value) if value and len(series) <= VALUES_SHOWN_UP_TO else ""
        drawn.append(
            (
                _number(middle - width / 2),
                _number(FLOOR - height),
                _number(width),
                _number(height),
                label,
                _number(value),
                _number(middle),
                _number(FLOOR - height - 5),
                word,
            )
        )
    return format_html_join(
        "",
        '<rect class="c" x="{}%" y="{}" width="{}%" height="{}" rx="2"><title>{}: {}</title></rect>'
        '<text class="v" x="{}%" y="{}" text-anchor="middle">{}</text>',
        drawn,
    )


def _labels(series: Sequence[Point], slot: float) -> SafeString:
    every = math.ceil(len(series) / MOST_LABELS)
    # Counted from the end, so that the newest column always carries its label.
    shown = [
        (_number(LEFT + slot * (index + 0.5)), label)
        for index, (label, _) in enumerate(series)
        if (len(series) - 1 - index) % every == 0
    ]
    return format_html_join("", f'<text x="{{}}%" y="{FLOOR + 20}" text-anchor="middle">{{}}</text>', shown)
