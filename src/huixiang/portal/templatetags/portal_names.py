"""Template tags of the portal: names in public, spans of time, published markdown."""

import re
from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from huixiang.members.models import Member
from huixiang.portal.wording import public_name
from huixiang.ui import times
from huixiang.ui.markdown import render

register = template.Library()


@register.simple_tag
def shown_name(member: Member) -> str:
    """Name a member as everybody may read it under what they posted in public."""
    return public_name(member)


@register.simple_tag
def span_between(start: datetime, end: datetime) -> str:
    """Say how long it was from one time to the other."""
    return times.duration((end - start).total_seconds())


@register.filter
def markdown(text: str) -> SafeString:
    """Render a part of an announcement."""
    return render(text)


@register.filter
def figure(words: str) -> list[tuple[str, str]]:
    """Part a length of time in words into (number, unit), so that units can be drawn smaller."""
    return re.findall(r"(\d*)\s*(\D+)", words)
