"""A chat archive on its way in: what is in it, which group it is, how its times are meant."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from huixiang.channels.contracts import InboundMessage
from huixiang.engine.masking import mask
from huixiang.intake.archives.opening import LABELS
from huixiang.intake.archives.script import Said
from huixiang.intake.imports import sources
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace

SETTINGS: Final = ("group", "year", "order")
ORDERS: Final = (("dm", _("day first: 5/1 is the fifth of January")), ("md", _("month first: 5/1 is the first of May")))
CUT: Final = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the desk would show it: addresses and numbers masked; `fault` when it will not come in."""

    at: str
    name: str
    text: str
    fault: str = ""


def context(path: Path, file_name: str, given: Mapping[str, Any], workspace: Workspace) -> dict[str, Any]:
    """What the page of a chat shows; a fault of the file as words."""
    chosen = {name: str(given[name]).strip()[:80] for name in SETTINGS if str(given.get(name, "")).strip()}
    if not chosen.get("year", "1").isascii() or not chosen.get("year", "1").isdecimal():
        del chosen["year"]
    try:
        archive, look, messages = sources.peeked(path, file_name, chosen, workspace.time_zone)
    except Refused as refused:
        return {"fault": str(refused.sentence), "settings": chosen}
    return {
        "label": LABELS[archive.kind], "encoding": archive.encoding, "look": look, "settings": look.settings,
        "begins": _day(look.begins), "ends": _day(look.ends), "orders": ORDERS,
        "first": [_shown(said, message) for said, message in zip(look.first, messages, strict=True)],
        "faults": [(said.line, said.fault, mask(said.text[:CUT]).text) for said in look.faults],
    }  # fmt: skip


def _shown(said: Said, message: InboundMessage | str | None) -> Shown:
    fault = message if isinstance(message, str) else ""
    at = message.sent_at if isinstance(message, InboundMessage) else None
    when = date_format(timezone.localtime(at), "Y-m-d H:i:s") if at else ""
    return Shown(when, mask(said.name).text, mask(said.text[:CUT]).text, fault)


def _day(at: datetime.datetime | None) -> str:
    """The day as the file says it: where it names a zone, by the workspace's clock."""
    if at is None:
        return ""
    return date_format(timezone.localtime(at) if at.tzinfo else at, "Y-m-d")
