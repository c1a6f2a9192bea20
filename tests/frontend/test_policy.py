"""What templates and styles may not contain, whoever writes them: the security policy would block it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
TEMPLATES = sorted((ROOT / "src" / "huixiang").rglob("templates/**/*.html"))
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[\w:.-]*)\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "evaluated values": re.compile(r"=\s*[\"']\s*(js|javascript):", re.IGNORECASE),
    "someone else's host": re.compile(r"(src|href)\s*=\s*[\"'](https?:)?//", re.IGNORECASE),
}
ICON = re.compile(r"\bti-([a-z0-9-]+)|\{%\s*icon\s+[\"']([a-z0-9-]+)[\"']|glyph=[\"']([a-z0-9-]+)[\"']")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_obey_the_security_policy(what: str) -> None:
    broken = [
        str(path.relative_to(ROOT)) for path in TEMPLATES if FORBIDDEN[what].search(path.read_text("utf-8"))
    ]
    assert broken == []


def test_every_icon_used_is_built() -> None:
    built = set(json.loads((FRONTEND / "icons.json").read_text("utf-8")))
    sources = [*TEMPLATES, *(ROOT / "src" / "huixiang").rglob("*.py"), *(FRONTEND / "scripts").glob("*.ts")]
    used = {
        name for path in sources for found in ICON.findall(path.read_text("utf-8")) for name in found if name
    }
    assert sorted(used - built) == []


def test_icons_are_listed_once_and_in_order() -> None:
    names = json.loads((FRONTEND / "icons.json").read_text("utf-8"))
    assert names == sorted(set(names))


def test_no_host_stands_in_the_lock_or_the_sources() -> None:
    sources = [*FRONTEND.glob("*.json"), *FRONTEND.glob("styles/**/*.css"), *FRONTEND.glob("scripts/*.ts")]
    found = {
        str(path.relative_to(ROOT)): re.findall(
            r"https?://(?!www\.w3\.org/)[^\s\"')]+", path.read_text("utf-8")
        )
        for path in sources
    }
    assert {path: hosts for path, hosts in found.items() if hosts} == {}


def test_styles_name_no_attribute_that_needs_inline_style() -> None:
    # A custom property set nowhere in the styles could only come from style="…".
    for side in ("desk", "portal"):
        sheets = [
            *(FRONTEND / "styles" / side).glob("*.css"),
            *(FRONTEND / "styles" / "shared").glob("*.css"),
        ]
        css = "".join(path.read_text("utf-8") for path in sheets)
        used = set(re.findall(r"var\((--[\w-]+)\)", css))
        assert sorted(used - set(re.findall(r"(--[\w-]+)\s*:", css))) == []
