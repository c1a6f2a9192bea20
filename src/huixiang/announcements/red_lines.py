"""What may hold an announcement back: the workspace's red lines, as for answers (see cases.red_lines)."""

from collections.abc import Sequence

from huixiang.announcements.models import Announcement, Credit
from huixiang.announcements.queries import credits_of
from huixiang.cases import red_lines
from huixiang.cases.red_lines import Crossing
from huixiang.cases.states import Lane
from huixiang.members.models import Consent


def said(announcement: Announcement) -> str:
    """What a person wrote of it; the way and the thanks are made from what members agreed to."""
    parts = (announcement.title, announcement.what_happened, announcement.how_fixed, announcement.what_next)
    return "\n".join(parts)


def agreed(credited: Sequence[Credit]) -> frozenset[str]:
    """The names that may stand in the text: of those who agreed to be thanked by name."""
    members = (credit.member for credit in credited)
    return frozenset(one.name for one in members if one.credit_consent == Consent.NAME and not one.anonymous)


def crossings(announcement: Announcement, credited: Sequence[Credit]) -> list[Crossing]:
    """Where its text crosses the workspace's red lines."""
    names = agreed(credited)
    return red_lines.crossings(said(announcement), workspace=announcement.workspace, lane=Lane.PUBLIC, agreed=names)


def hold(announcement: Announcement, anyway: str) -> list[str]:
    """The red lines it crosses, each once. Raises Crossed when it does and `anyway`, the reason, is empty."""
    names = agreed(credits_of(announcement))
    return red_lines.hold(
        said(announcement), workspace=announcement.workspace, lane=Lane.PUBLIC, anyway=anyway, agreed=names
    )
