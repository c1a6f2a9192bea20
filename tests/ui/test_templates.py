from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import get_template

Render = Callable[..., str]
TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "huixiang" / "ui" / "templates"
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Balance(HTMLParser):
    """Checks that every element is closed and gathers the ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(html: str) -> Balance:
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert sorted(balance.ids) == sorted(set(balance.ids))
    return balance


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_template_compiles(path: Path) -> None:
    assert get_template(str(path.relative_to(TEMPLATES)))


def test_the_desk_frame(render: Render, desk_context: dict[str, Any]) -> None:
    html = render('{% extends "ui/desk.html" %}{% block main %}HERE{% endblock %}', **desk_context)
    check(html)
    assert '<main id="main" class="page" tabindex="-1">HERE</main>' in html
    # Pages that do not exist yet have no entry: feedback, announcements and channels are not in the urlconf.
    assert (html.count('href="/w/demo/themes/"'), "/feedback/" in html) == (2, False)
    assert html.count('aria-current="page"') == 2
    assert html.count('<span class="n" aria-label="38 waiting">38</span>') == 2


def test_many_waiting_fit_the_badge(render: Render, desk_context: dict[str, Any]) -> None:
    html = render('{% extends "ui/desk.html" %}', **{**desk_context, "inbox_count": 2418})
    assert html.count('<span class="n" aria-label="2418 waiting">99+</span>') == 2


@pytest.mark.parametrize(("member", "signed_in"), [(SimpleNamespace(name="阿澈"), True), (None, False)])
def test_the_portal_frame(
    render: Render, desk_context: dict[str, Any], member: object, *, signed_in: bool
) -> None:
    html = render(
        '{% extends "ui/portal.html" %}{% block main %}HERE{% endblock %}',
        **{**desk_context, "section": "board", "member": member, "signed_in": signed_in},
    )
    check(html)
    assert ("HERE" in html, "远岫车主社区" in html) == (True, True)
    assert ("Sign in" in html, "Sign out" in html) == (not signed_in, signed_in)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    html = get_template(f"{name}.html").render()
    check(html)
    assert name[:3] in html


def test_names_are_escaped_everywhere(render: Render, desk_context: dict[str, Any]) -> None:
    evil = "<script>alert(1)</script>"
    context = {
        **desk_context,
        "workspace": SimpleNamespace(name=evil, slug="demo"),
        "member": SimpleNamespace(name=evil),
    }
    context["membership"] = SimpleNamespace(user=SimpleNamespace(name=evil), role=evil)
    for frame in ("desk", "portal"):
        assert evil not in render(f'{{% extends "ui/{frame}.html" %}}', **context)
