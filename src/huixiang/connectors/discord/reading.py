"""How far a bot has read: a time up to which all is stored, and the private talks, which Discord does not list."""

import datetime
from typing import Final

from django.db.models import Max
from django.utils import timezone

from huixiang.channels.models import ChannelAccount, Health
from huixiang.intake.models import Message

LOOKS_BACK: Final = datetime.timedelta(days=7)
MOST_ALONE: Final = 200  # private talks, the latest
BY_COMMAND: Final = "command:"


def place(account: ChannelAccount) -> tuple[datetime.datetime | None, list[int]]:
    """The time everything is stored up to, no more than a week ago, and the channels of private talks of that week.

    None when the bot has heard nothing yet: then nothing is caught up.
    """
    first = timezone.now() - LOOKS_BACK
    heard = Message.objects.filter(account=account, received_at__gt=first).exclude(external_id__startswith=BY_COMMAND)
    cursor = Health.objects.filter(account=account).values_list("cursor", flat=True).first() or {}
    told = cursor.get("since")
    since = datetime.datetime.fromisoformat(told) if told else heard.aggregate(at=Max("sent_at"))["at"]
    ids = heard.filter(private=True).order_by("-received_at").values_list("external_id", flat=True)[: MOST_ALONE * 10]
    channels = (own_id.partition(":")[0] for own_id in ids)
    alone = dict.fromkeys(int(channel) for channel in channels if channel.isascii() and channel.isdigit())
    return (max(since, first) if since else None), list(alone)[:MOST_ALONE]


def keep(account: ChannelAccount, at: datetime.datetime) -> None:
    """Everything up to then is stored."""
    Health.objects.filter(account=account).update(cursor={"since": at.isoformat()})
