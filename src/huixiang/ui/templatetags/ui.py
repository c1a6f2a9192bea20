"""Template tags of every page: ``{% load ui %}``. All of them escape what they are given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huixiang.ui import devices, drawings, marks, times
from huixiang.ui.browser_words import browser_words
from huixiang.ui.vocabulary import CHANNELS, GRADES, STEPS, TIERS
from huixiang.workspaces.queries import workspace_by_slug

if TYPE_CHECKING:
    from datetime import datetime

    from django.template.context import Context

    from huixiang.workspaces.models import Workspace

register = template.Library()
_COMMUNITY: Final = re.compile(r"/c/([-a-z0-9]+)/")

NOTHING: Final = SafeString("")
LATE: Final = SafeString(' class="danger"')
CURRENT: Final = SafeString(' aria-current="page"')


register.filter("device", devices.device)


@register.simple_tag
def mails() -> bool:
    """Whether a mail server is set up: pages that promise a mail ask first."""
    return bool(settings.EMAIL_HOST)


@register.simple_tag
def came_from(address: str | None) -> Workspace | None:
    """The community whose page somebody was on before they were asked to sign in; None for every other address."""
    if not address or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return None
    place = _COMMUNITY.match(address)
    return workspace_by_slug(place[1]) if place else None


@register.simple_tag
def grade_chip(grade: str | None, size: str = "") -> SafeString:
    """Show the grade with its word: red, orange, yellow or blue; ``size="lg"``. Nothing for no grade."""
    if grade not in GRADES:
        return NOTHING
    return format_html(
        '<span class="grade{} g-{}">{}</span>', f" {size}" if size else "", grade, GRADES[grade]
    )


@register.simple_tag
def tier_chip(tier: str | None) -> SafeString:
    """Show the member's tier, told apart by ink, not by colour: core, koc, active, plain."""
    if tier not in TIERS:
        return NOTHING
    look, word = TIERS[tier]
    return format_html('<span class="tier{}">{}</span>', f" {look}" if look else "", word)


@register.simple_tag
def avatar(name: object, size: str = "m", *, official: bool = False, anonymous: bool = False) -> SafeString:
    """Show one telling character of a name; ``official`` for staff, ``anonymous`` for an icon."""
    return marks.avatar(str(name or ""), size=size, official=official, anonymous=anonymous)


@register.simple_tag
def dial(value: float | None, label: str, *, small: bool = False) -> SafeString:
    """Draw a ring of 0–100 with its figure, 44 px or (small) 36 px."""
    return drawings.dial(value or 0, label, small=small)


@register.simple_tag
def bar(value: float | None, total: float | None, kind: str = "") -> SafeString:
    """Draw a thin bar of value/total; ``kind``: "over", "mut", "h6" or several, space-separated."""
    return drawings.bar(value or 0, total or 0, kind)


@register.simple_tag
def shares(values: Iterable[float], label: str = "") -> SafeString:
    """Draw one bar divided among the values, for answers to a question or the stretches of a way."""
    return drawings.shares(list(values), label)


@register.simple_tag
def spark(values: Sequence[float] | None, width: int = 120, height: int = 28) -> SafeString:
    """Draw a sparkline."""
    return drawings.spark(list(values or ()), width=width, height=height)


@register.simple_tag
def columns(series: Iterable[tuple[object, float]] | None, label: str = "") -> SafeString:
    """Draw a column chart of (label, value) pairs; ``label`` says in words what it shows."""
    return drawings.columns(list(series or ()), label)


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None) -> SafeString:
    """Show relative time, the exact one in the workspace's zone on hover; the browser keeps it fresh."""
    if moment is None:
        return NOTHING
    zone = times.zone_of(context.get("workspace"))
    exact = times.aware(moment).astimezone(zone)
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        exact.isoformat(timespec="seconds"),
        exact.strftime("%Y-%m-%d %H:%M"),
        times.ago(moment, timezone.now(), zone),
    )


@register.simple_tag
def duration(seconds: float | None) -> str:
    """Say a length of time in words, at most two units."""
    return "" if seconds is None else times.duration(seconds)


def _part(clock: object, name: str) -> Any:
    return clock.get(name) if isinstance(clock, Mapping) else getattr(clock, name, None)


@register.simple_tag
def due(clock: object, now: datetime | None = None) -> SafeString:
    """Show a clock as a chip; ``clock`` is anything with due_at, met_at (and started_at)."""
    due_at = _part(clock, "due_at")
    if due_at is None:
        return NOTHING
    shown = times.due(
        due_at, _part(clock, "met_at"), now or timezone.now(), started_at=_part(clock, "started_at")
    )
    if shown.state == "done":
        return format_html('<span class="sla done">{}</span>', shown.words)
    return format_html(
        '<span class="sla{}" data-due="{}"><i class="ti ti-{}" aria-hidden="true"></i><span>{}</span></span>',
        f" {shown.state}" if shown.state else "",
        times.aware(due_at).isoformat(timespec="seconds"),
        shown.icon,
        shown.words,
    )


@register.simple_tag
def clock_bar(clock: object, label: str, now: datetime | None = None) -> SafeString:
    """Show a clock with its name, its words and a bar of the time used; for the head of a case."""
    due_at = _part(clock, "due_at")
    if due_at is None:
        return NOTHING
    at, started, met = now or timezone.now(), _part(clock, "started_at"), _part(clock, "met_at")
    shown = times.due(due_at, met, at, started_at=started, rough=False)
    if started is not None:  # what it rested is nobody's time
        pauses = _part(clock, "pauses") or ()
        started += sum((end - begin for begin, end in zip(pauses[::2], pauses[1::2], strict=True)), timedelta())
    share = 1.0 if met is not None or started is None else times.used(started, due_at, at)
    kind = {"done": "mut", "over": "over"}.get(shown.state, "")
    return format_html(
        '<div class="clock"><div class="k1"><span>{}</span><b{}{}>{}</b></div>{}</div>',
        label,
        LATE if shown.state == "over" else NOTHING,
        NOTHING
        if met is not None
        else format_html(' data-due="{}" data-due-long', times.aware(due_at).isoformat()),
        shown.words,
        drawings.bar(share, 1, kind),
    )


@register.simple_tag
def status_path(step: str | None, word: object = "") -> SafeString:
    """Show where a feedback stands: six cells and the word; ``word`` replaces it ("fixed in v2.3")."""
    if step not in STEPS:
        return NOTHING
    at = STEPS[step]
    return format_html(
        '<span class="hx-st n{}{}">{}</span>',
        at.cells,
        f" {at.modifier}" if at.modifier else "",
        word or at.word,
    )


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Show an icon of frontend/icons.json, hidden from screen readers: a word must stand beside it."""
    return format_html('<i class="ti ti-{}{}" aria-hidden="true"></i>', name, f" {size}" if size else "")


@register.simple_tag
def channel_icon(kind: str | None, label: object = "") -> SafeString:
    """Show the icon of a channel's kind with its name on hover; ``label`` names the very account."""
    glyph, word = CHANNELS.get(kind or "", ("message", kind or ""))
    return format_html(
        '<i class="ti ti-{} ch" role="img" title="{}" aria-label="{}"></i>',
        glyph,
        label or word,
        label or word,
    )


@register.simple_tag
def masked(text: object) -> SafeString:
    """Show a message's text, escaped, its masked numbers set apart."""
    return marks.masked(str(text or ""))


@register.filter
def said(words: Any) -> SafeString:
    """Words that may stand in another language than the page (their `lang` says which), so that they are read right."""
    shown = marks.masked(str(words or ""))
    lang = getattr(words, "lang", "")
    return format_html('<span lang="{}">{}</span>', lang, shown) if lang else shown


@register.inclusion_tag("ui/paging.html", takes_context=True)
def paginate(context: Context, page: Any) -> dict[str, Any]:
    """Link to the previous and next page of a Django ``Page``; nothing when there is only one."""
    return {"page": page, "request": context.get("request")}


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a form field's input with the class its kind needs."""
    widget = field.field.widget
    if isinstance(widget, (CheckboxInput, CheckboxSelectMultiple, RadioSelect)):
        return field.as_widget(attrs={"class": "form-check-input"})
    return field.as_widget(attrs={"class": "form-select" if isinstance(widget, Select) else "form-control"})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Tell whether the label of a field belongs behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag(takes_context=True)
def nav_item(
    context: Context, view: str, section: str, *, glyph: str, label: str, kind: str = "rail"
) -> SafeString:
    """Link one entry of a navigation, if its page exists; ``kind`` is rail, tab, menu or link."""
    workspace = context.get("workspace")
    slug = getattr(workspace, "slug", None)
    argument = "community" if view.startswith("portal:") else "workspace"
    try:
        address = reverse(view, kwargs={argument: slug})
    except NoReverseMatch:
        return NOTHING
    here = context.get("section") == section
    count = context.get("inbox_count") if section == "inbox" and kind in {"rail", "tab"} else None
    return format_html(
        '<a href="{}"{}{}>{}<span>{}</span>{}</a>',
        address,
        _looks(kind, section, here=here),
        CURRENT if here else NOTHING,
        icon(glyph) if glyph else NOTHING,
        label,
        _badge(count) if count else NOTHING,
    )


def _looks(kind: str, section: str, *, here: bool) -> SafeString:
    names = [
        name
        for name, wanted in (("ri", kind == "rail"), ("say", section == "submit"), ("on", here))
        if wanted
    ]
    return format_html(' class="{}"', " ".join(names)) if names else NOTHING


def _badge(count: int) -> SafeString:
    shown = "99+" if count > 99 else str(count)  # noqa: PLR2004 - more does not fit the badge
    return format_html('<span class="n" aria-label="{}">{}</span>', _("%(n)s waiting") % {"n": count}, shown)


@register.simple_tag
def words_for_browser() -> str:
    """Hand the browser code its words as JSON for an attribute; the template escapes it."""
    return json.dumps(browser_words(), ensure_ascii=False)
