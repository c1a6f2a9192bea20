"""Reading pages as people do: without tags, with one space between words."""

import re
from html import unescape

from django.http import HttpResponse


def words(response: HttpResponse) -> str:
    body = re.sub(r"(?s)<(head|script|style).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def titles(response: HttpResponse) -> list[str]:
    """The titles of the rows of a board, in order."""
    return [unescape(found) for found in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", response.content.decode())]
