"""The small shapes that stand in many answers, and what every call may answer when it does not work."""

import uuid
from typing import Annotated, Any, Final

import pydantic
from ninja import Schema
from pydantic import ConfigDict, Field

from huixiang.api.errors import Error
from huixiang.api.incoming import storable
from huixiang.intake.models import Attachment
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership

LONGEST = 20_000
READ_ERRORS: Final = frozenset({401, 403, 404, 422, 429})
WRITE_ERRORS: Final = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429})


def answers(shape: Any) -> dict[Any, Any]:
    """What a read may answer."""
    return {200: shape, READ_ERRORS: Error}


def changes(shape: Any) -> dict[Any, Any]:
    """What a write may answer."""
    return {200: shape, WRITE_ERRORS: Error}


def file_of(*media_types: str) -> dict[str, Any]:
    """What the description says of a call that answers with a file."""
    whole = {"schema": {"type": "string", "format": "binary"}}
    content = {media_type.partition(";")[0]: whole for media_type in media_types}
    return {"responses": {200: {"description": "The file", "content": content}}}


Said = Annotated[str, pydantic.AfterValidator(storable), Field(max_length=LONGEST)]
Line = Annotated[str, pydantic.AfterValidator(storable), Field(max_length=500)]


class Body(Schema):
    """What a write is sent: a misspelt field is told, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Reason(Body):
    """Why."""

    reason: Line = ""


class ThemeName(Schema):
    """The matter something is about."""

    id: uuid.UUID
    name: str


class MemberName(Schema):
    """A person of the community, under the name the community knows; without one, platform and a short id.

    Empty for an anonymous one.
    """

    id: uuid.UUID
    name: str
    tier: str = Field(description="plain, active, koc or core")
    anonymous: bool


class StaffName(Schema):
    """Somebody of the team."""

    id: uuid.UUID
    name: str
    job_title: str


class AttachmentItem(Schema):
    """A file: what it is was read from its content, not its name."""

    id: uuid.UUID
    name: str = Field(examples=["故障码.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.", examples=[48_211])


class Done(Schema):
    """It is done."""

    done: bool = True


def attachment(row: Attachment) -> dict[str, Any]:
    """A file as AttachmentItem."""
    return {name: getattr(row, name) for name in ("id", "name", "media_type", "size")}


def theme_name(theme: Theme | None) -> dict[str, Any] | None:
    """A theme as ThemeName."""
    return {"id": theme.id, "name": theme.name} if theme else None


def called(member: Member) -> str:
    """What the team calls a member; "" for who chose to be anonymous or is erased."""
    return "" if member.anonymous or member.erasing_at or member.erased_at else member.known_as


def member_name(member: Member) -> dict[str, Any]:
    """A member as MemberName."""
    return {"id": member.id, "name": called(member), "tier": member.tier, "anonymous": member.anonymous}


def staff_name(membership: Membership | None) -> dict[str, Any] | None:
    """Somebody of the team as StaffName."""
    if membership is None:
        return None
    return {"id": membership.id, "name": str(membership), "job_title": membership.job_title}
