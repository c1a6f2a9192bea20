"""What happened to alerts, in words for the journal."""

import datetime
from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.alerts.models import AlertKind

Data = dict[str, Any]

CHANGES: Final[dict[str, Promise]] = {
    "added": gettext_lazy("An address for alerts to the team was added"),
    "changed": gettext_lazy("An address for alerts is told of other things"),
    "removed": gettext_lazy("An address for alerts was removed"),
}
PLAIN: Final[dict[str, Promise]] = {
    "alerts.acknowledged": gettext_lazy("An alert was acknowledged"),
    "alerts.acknowledgement_taken_back": gettext_lazy("An alert waits for somebody again"),
    "alerts.woken": gettext_lazy("An alert is not put off any longer"),
    "alerts.rules_changed": gettext_lazy("The rules of the alerts were changed"),
    "alerts.preference_changed": gettext_lazy("Somebody chose how alerts reach them"),
}


def _rule(kind: str) -> str:
    return str(AlertKind(kind).label) if kind in AlertKind.values else kind


def _raised(data: Data) -> str:
    said = _("Worse, and told again: %(rule)s") if data["again"] else _("Alert: %(rule)s")
    return said % {"rule": _rule(data["rule"])}


def _snoozed(data: Data) -> str:
    at = timezone.localtime(datetime.datetime.fromisoformat(data["until"]))
    return _("An alert was put off until %(until)s") % {"until": date_format(at, "m-d H:i", use_l10n=False)}


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    "alerts.target_changed": lambda d: str(CHANGES.get(d["what"], d["what"])),
    "alerts.told": lambda d: _("The team was told: %(kind)s") % {"kind": _rule(d["kind"])},
    "alerts.raised": _raised,
    "alerts.closed": lambda d: _("It is no longer so: %(rule)s") % {"rule": _rule(d["rule"])},
    "alerts.snoozed": _snoozed,
    "alerts.quiet_hours_changed": lambda d: (
        _("Somebody changed their own quiet hours") if d["own"] else _("The quiet hours of the workspace were changed")
    ),
}
