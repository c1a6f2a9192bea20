"""Reading pages as people do: without tags, with one space between words."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.test import Client

from huixiang.members.models import Member

MemberOf = Callable[[str], tuple[Member, Client]]


def words(response: Any) -> str:
    body = re.sub(r"(?s)<(head|script|style).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def titles(response: Any) -> list[str]:
    """The titles of the rows of a board, in order."""
    return [unescape(found) for found in re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", response.content.decode())]
