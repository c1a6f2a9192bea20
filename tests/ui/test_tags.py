from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator

Render = Callable[..., str]
NOW = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ('{% grade_chip "red" %}', '<span class="grade g-red">Red</span>'),
        ('{% grade_chip "blue" "lg" %}', '<span class="grade lg g-blue">Blue</span>'),
        ('{% grade_chip "" %}{% grade_chip None %}', ""),
        ('{% tier_chip "core" %}', '<span class="tier core">Core KOC</span>'),
        ('{% tier_chip "active" %}', '<span class="tier">Active</span>'),
        ('{% tier_chip "emperor" %}', ""),
        ('{% status_path "fixing" %}', '<span class="hx-st n4">Being fixed</span>'),
        ('{% status_path "fixed" "in v2.3" %}', '<span class="hx-st n5 done">in v2.3</span>'),
        ('{% status_path "declined" %}', '<span class="hx-st n0 no">Declined</span>'),
        ('{% icon "send" "s" %}', '<i class="ti ti-send s" aria-hidden="true"></i>'),
        ("{% duration 4320 %}", "1 h 12 min"),
        ("{% duration None %}", ""),
        ("{% ago None %}", ""),
    ],
)
def test_small_tags(render: Render, source: str, html: str) -> None:
    assert render(source) == html


def test_a_channel_shows_its_account_by_name(render: Render) -> None:
    shown = render('{% channel_icon "email" name %}', name="<客服>")
    assert shown == (
        '<i class="ti ti-mail ch" role="img" title="&lt;客服&gt;" aria-label="&lt;客服&gt;"></i>'
    )
    assert "ti-message" in render('{% channel_icon "telepathy" %}')


def test_ago_shows_the_exact_time_in_the_workspaces_zone(render: Render) -> None:
    shown = render(
        "{% ago at %}",
        at=datetime(2020, 1, 1, 20, 0, tzinfo=UTC),
        workspace=SimpleNamespace(time_zone="Asia/Tokyo"),
    )
    assert shown == (
        '<time datetime="2020-01-02T05:00:00+09:00" title="2020-01-02 05:00" data-relative>2020-01-02</time>'
    )


def test_due_ticks_until_it_is_met(render: Render) -> None:
    clock: dict[str, Any] = {"due_at": NOW + timedelta(minutes=42), "met_at": None, "started_at": NOW}
    assert render("{% due clock now=now %}", clock=clock, now=NOW) == (
        '<span class="sla soon" data-due="2026-11-21T08:47:00+00:00">'
        '<i class="ti ti-clock" aria-hidden="true"></i><span>42 min left</span></span>'
    )
    clock["met_at"] = NOW + timedelta(minutes=18)
    assert (
        render("{% due clock now=now %}", clock=clock, now=NOW) == '<span class="sla done">18 min, met</span>'
    )
    assert render("{% due clock %}", clock=SimpleNamespace(due_at=None)) == ""


def test_clock_bar_shows_the_time_used(render: Render) -> None:
    clock = SimpleNamespace(due_at=NOW + timedelta(hours=1), met_at=None, started_at=NOW - timedelta(hours=3))
    shown = render('{% clock_bar clock "First answer" now=now %}', clock=clock, now=NOW)
    assert '<rect width="75" height="4"/>' in shown
    assert "data-due-long>1 h left</b>" in shown
    late = SimpleNamespace(due_at=NOW - timedelta(hours=1), met_at=None, started_at=NOW - timedelta(hours=3))
    assert 'class="bar over"' in render('{% clock_bar clock "First answer" now=now %}', clock=late, now=NOW)


def test_paging_keeps_the_rest_of_the_address(render: Render) -> None:
    page = Paginator(range(45), 20).page(2)
    shown = render("{% paginate page %}", page=page)
    assert ('href="?page=1"' in shown, 'href="?page=3"' in shown, "Page 2 of 3" in shown) == (
        True,
        True,
        True,
    )
    assert render("{% paginate page %}", page=Paginator(range(3), 20).page(1)).strip() == ""


class Example(forms.Form):
    text = forms.CharField(widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A")])
    agree = forms.BooleanField(required=False)


def test_fields_get_the_class_of_their_kind(render: Render) -> None:
    shown = render('{% include "ui/fields.html" %}', form=Example({"text": ""}))
    assert (shown.count('class="form-control"'), shown.count('class="form-select"')) == (1, 1)
    assert shown.count('class="form-check-input"') == 1
    assert shown.count("This field is required.") == 2
    assert shown.count("<div") == shown.count("</div>")
