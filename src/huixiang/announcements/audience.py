"""Who must be told, and by which way."""

import uuid
from collections import Counter
from dataclasses import dataclass, field

from huixiang.cases.routes import Route, routes_for
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.feedback.models import Feedback
from huixiang.members.models import Member
from huixiang.themes.models import Theme, Vote


@dataclass(frozen=True, slots=True)
class Person:
    """A member whose message led to the theme (or who said 我也是), and the best way to them, None if all are shut."""

    member: Member
    route: Route | None


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody concerned."""

    people: list[Person]
    by_channel: list[tuple[str, str, int]] = field(default_factory=list)  # (account name, kind, people)

    @property
    def reachable(self) -> list[Person]:
        """Those who can be told."""
        return [person for person in self.people if person.route]

    @property
    def unreachable(self) -> list[Person]:
        """Those there is no way to; they find it on the board."""
        return [person for person in self.people if not person.route]


def people_to_tell(theme: Theme) -> Audience:
    """Everybody whose feedback is about the theme, then those who voted, each once.

    Four statements, five when some are on platforms.
    """
    said = (
        Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, removed_at=None)
        .select_related("member", "account", "conversation")
        .defer("embedding", "text")
        .order_by("said_at")
    )
    wanted: dict[uuid.UUID, tuple[Member, ChannelAccount | None, Conversation | None]] = {}
    for feedback in said:
        wanted.setdefault(feedback.member_id, (feedback.member, feedback.account, feedback.conversation))
    for vote in Vote.objects.filter(theme=theme).select_related("member").order_by("created_at"):
        wanted.setdefault(vote.member_id, (vote.member, None, None))
    ways = routes_for(workspace_id=theme.workspace_id, wanted=list(wanted.values()))
    people = [
        Person(member, next((way for way in ways[member.id] if way.window.now), None))
        for member, _account, _place in wanted.values()
    ]
    counted = Counter((p.route.account.name, p.route.account.kind) for p in people if p.route)
    return Audience(people, [(name, kind, number) for (name, kind), number in counted.most_common()])


def reporter_ids(theme: Theme) -> list[uuid.UUID]:
    """Members with a feedback of their own in the theme, the earliest first."""
    rows = Feedback.objects.filter(workspace_id=theme.workspace_id, theme_id=theme.id, removed_at=None)
    return list(dict.fromkeys(rows.order_by("said_at").values_list("member_id", flat=True)))
