"""What other calls refer to: the channels by slug, the team by id."""

import uuid
from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from huixiang.api import keys, shapes
from huixiang.channels import contracts, queries
from huixiang.workspaces.queries import team as everybody

router = Router(tags=["Channels and team"])


class ChannelItem(Schema):
    """A source of messages."""

    id: uuid.UUID
    slug: str
    kind: str
    name: str
    can_send: bool
    paused_reason: str
    failed: int = Field(description="Deliveries that failed or may have.")
    created_at: datetime


class ChannelList(Schema):
    """Every channel by name."""

    channels: list[ChannelItem]


class TeamMember(shapes.StaffName):
    """Somebody of the team with their role."""

    role: str


class TeamList(Schema):
    """Everybody by name."""

    team: list[TeamMember]


@router.get("/channels", auth=keys.read, response=shapes.answers(ChannelList), summary="List channels")
def channels(request: keys.KeyedRequest) -> Any:
    """The workspace's channels; messages name them by slug."""
    plain = ("id", "slug", "kind", "name", "paused_reason", "failed", "created_at")
    return {
        "channels": [
            {name: getattr(one, name) for name in plain} | {"can_send": contracts.can_answer(one)}
            for one in queries.accounts(request.auth.workspace)
        ]
    }


@router.get("/team", auth=keys.read, response=shapes.answers(TeamList), summary="List the team")
def team(request: keys.KeyedRequest) -> Any:
    """Who can own cases and themes."""
    return {"team": [(shapes.staff_name(one) or {}) | {"role": one.role} for one in everybody(request.auth.workspace)]}
