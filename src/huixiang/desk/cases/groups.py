"""A case that was told in a group: answering there, and who speaks there, the bot or a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huixiang.cases.into_groups import group_of
from huixiang.cases.models import Case
from huixiang.cases.routes import Route
from huixiang.channels.models import Conversation
from huixiang.groupbot import queries
from huixiang.groupbot.manner import manner_of
from huixiang.groupbot.models import Group


@dataclass(frozen=True, slots=True)
class Speaker:
    """The bot of the case's group; `held` with `back_at` while a person of the team has taken over.

    `silence`: why it did not acknowledge what the case is about; "" when it did, or was not asked to.
    """

    place: Conversation
    held: Group | None
    back_at: datetime | None
    silence: str = ""


def way_into_group(case: Case) -> Route | None:
    """The way into the group the case was told in, open now or not."""
    place = None if case.public else group_of(case)
    return Route(case.account, "", place, place.group) if place else None


def speaker_of(case: Case) -> Speaker | None:
    """Who speaks in the case's group; None outside groups and where the bot is off. Two statements."""
    place = case.conversation
    manner = manner_of(case.account)
    if place is None or not place.group or not manner.on:
        return None
    known = queries.state_of(place)
    back_at = queries.back_at(known, manner.silent_hours) if known else None
    return Speaker(place, known if back_at else None, back_at, queries.silence_about(case))


def in_group(case: Case) -> dict[str, Any]:
    """What the pane shows of it: `group` when an answer can go there now, `group_shut` when it cannot any more."""
    way = way_into_group(case)
    is_open = way is not None and way.window.now
    return {"group": way if is_open else None, "group_shut": None if is_open else way, "speaker": speaker_of(case)}
