"""How the bot of an account behaves: kept with the account's settings under `bot`."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.channels.models import ChannelAccount
from huixiang.intake.commands import BOT

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
MOST_HOURS: Final = 168


class Tone(models.TextChoices):
    """How it sounds."""

    WARM = "warm", _("Warm")
    FORMAL = "formal", _("Formal")
    LIVELY = "lively", _("Lively")


@dataclass(frozen=True, slots=True)
class Manner:
    """The settings of one account's bot. Times are "HH:MM" of the workspace; two equal ones: no quiet hours.

    `night_answers`: in the quiet hours it acknowledges at once where the platform takes no answer any more when they
    are over; else it is silent there. `words` holds what was worded anew: of each tone, template by key; `ignores`
    names or ids nobody answers.
    """

    on: bool = False
    tone: str = Tone.WARM
    asks: bool = True
    quiet_from: str = "22:00"
    quiet_until: str = "08:00"
    night_answers: bool = True
    silent_hours: int = 12
    ignores: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_settings(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Tone) else value


def manner_of(account: ChannelAccount) -> Manner:
    """How the account's bot behaves; off where nobody has said."""
    kept = dict(account.settings.get(BOT, {}))
    known = {name: kept[name] for name in Manner.__slots__ if name in kept}
    return Manner(**(known | {"ignores": tuple(known.get("ignores", ()))}))


def quiet_until(manner: Manner, zone: str, at: datetime.datetime) -> datetime.datetime | None:
    """When the quiet hours that run at this moment end; None outside them."""
    start, end = (datetime.time.fromisoformat(one) for one in (manner.quiet_from, manner.quiet_until))
    here = at.astimezone(ZoneInfo(zone))
    clock = here.time()
    within = start <= clock < end if start <= end else clock >= start or clock < end
    if start == end or not within:
        return None
    day = here.date() + datetime.timedelta(days=1 if clock >= end else 0)
    return datetime.datetime.combine(day, end, ZoneInfo(zone))
