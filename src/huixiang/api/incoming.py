"""One message as a program sends it, and what is wrong with one that cannot be taken."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

import pydantic
from django.core.exceptions import ValidationError as WrongValue
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from huixiang.api.errors import sentence_of
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.intake.acceptance import refusal, unstorable

KIND = "api"  # the kind of channel account that programs write to
LONGEST_EMAIL = 254


def storable(value: str) -> str:
    """What the database can keep; the sentence for the rest is found by the problem's type, which knows the field."""
    if "\x00" in value:
        raise PydanticCustomError("nul_character", "contains a NUL character")
    if unstorable(value):
        raise PydanticCustomError("string_unicode", "contains a lone surrogate")
    return value


def _email(value: str) -> str:
    try:
        validate_email(value)
    except WrongValue as error:
        raise ValueError(_("author.email is not an e-mail address.")) from error
    if len(value) > LONGEST_EMAIL:
        raise ValueError(_("author.email is not an e-mail address."))
    return value


def _time(value: Any) -> datetime.datetime:
    """ISO 8601 with a zone. Raises ValueError with a sentence for everything else."""
    try:
        found = datetime.datetime.fromisoformat(value)
        in_utc = found.astimezone(datetime.UTC)  # no database reads an offset of 19 hours
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(_("time must be ISO 8601, for example 2026-11-21T08:05:00+08:00.")) from error
    if found.tzinfo is None:
        raise ValueError(_("time must name its zone, for example 2026-11-21T08:05:00+08:00."))
    return in_utc


Text = Annotated[str, pydantic.AfterValidator(storable)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class Author(_Strict):
    """Who wrote it, as your system knows them."""

    id: Text = Field(description="Stays the same for the same person.", examples=["u-9"])
    name: Text = Field("", description="Shown up to 80 characters.", examples=["漠河守夜人"])
    email: Annotated[str, pydantic.AfterValidator(_email)] | None = Field(
        None, description="Where answers may go, if the person agreed.", examples=["member@example.com"]
    )


class IncomingMessage(_Strict):
    """A message of the community."""

    channel: Text = Field(description="Slug of a channel account of the kind “api”.", examples=["owners-app"])
    external_id: Text = Field(description="Your id; the same id is stored once.", examples=["a-17"])
    author: Author | None = Field(description="null when nobody knows who wrote it.")
    text: Text = Field(description="Up to 20,000 characters.", examples=["零下三十度停了一夜，早上打不着火"])
    time: Annotated[datetime.datetime, pydantic.BeforeValidator(_time)] | None = Field(
        None, description="ISO 8601 with its zone; now when left out.", examples=["2026-11-21T08:05:00+08:00"]
    )
    thread: Text = Field("", description="What belongs together has the same.", examples=["t-3"])
    reply_to: Text = Field("", description="external_id of the message this one answers.")
    private: bool = Field(False, description="Only the author and staff can read it where it was written.")


def understood(item: Any, accounts: Mapping[str, ChannelAccount]) -> tuple[ChannelAccount, InboundMessage] | str:
    """The account and the message an item stands for, or the sentence that refuses it, naming the field."""
    if not isinstance(item, dict):
        return _("A message must be an object.")
    try:
        sent = IncomingMessage.model_validate(item)
    except pydantic.ValidationError as error:
        return sentence_of(error.errors(include_url=False, include_input=False)[0])
    account = accounts.get(sent.channel)
    if account is None:
        return _("channel: there is no channel “%(slug)s” in this workspace.") % {"slug": sent.channel[:60]}
    if account.kind != KIND:
        return _("channel: “%(slug)s” does not take messages over the API.") % {"slug": account.slug}
    message = _inbound(sent)
    return refusal(message) or (account, message)


def _inbound(sent: IncomingMessage) -> InboundMessage:
    author = sent.author
    return InboundMessage(
        external_id=sent.external_id,
        text=sent.text,
        author_id=author.id if author else "",
        author_name=author.name if author else "",
        author_email=(author.email or "") if author else "",
        sent_at=sent.time or timezone.now(),
        thread=sent.thread,
        reply_to=sent.reply_to,
        private=sent.private,
    )


def channel_of(item: Any) -> str | None:
    """The channel an item names, if it names one that could be looked up."""
    name = item.get("channel") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name.isprintable() and len(name) <= 60 else None  # noqa: PLR2004 - a slug


def id_of(item: Any) -> str:
    """The id an item names, as it can be given back; "" when it names none."""
    name = item.get("external_id") if isinstance(item, dict) else None
    return name.encode("utf-8", "replace").decode() if isinstance(name, str) else ""


def described() -> dict[str, Any]:
    """The shape of a message for the API's description, in one piece."""
    schema = IncomingMessage.model_json_schema()
    parts = schema.pop("$defs")
    schema["properties"]["author"]["anyOf"][0] = parts["Author"]
    return schema
