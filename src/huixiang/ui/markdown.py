"""Markdown as the desk previews it and the portal publishes it: one renderer, so that both show the same."""

from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Raw HTML is read as text ("js-default" has it off); nh3 then holds the result to these few tags.
TAGS: Final = {
    "p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "h4", "hr",
}  # fmt: skip
ATTRIBUTES: Final = {"a": {"href"}}
SCHEMES: Final = {"http", "https", "mailto"}

_reader = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True})


def render(text: str) -> SafeString:
    """Render text as HTML of a few harmless tags; line breaks stay, links open without telling where from."""
    clean = nh3.clean(
        _reader.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just cleaned it
