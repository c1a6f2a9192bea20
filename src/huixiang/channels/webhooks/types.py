"""What endpoints can be told, under the names programs use; which journal events that is stands in `api.telling`."""

from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEST: Final = "webhook.test"
TYPES: Final[dict[str, Promise]] = {
    "feedback.kept": _("A feedback came in"),
    "feedback.removed": _("A feedback was removed"),
    "case.opened": _("A case was opened"),
    "case.assigned": _("A case has another owner"),
    "case.replied": _("We answered a member"),
    "case.member_replied": _("A member wrote again"),
    "case.regraded": _("A case has another grade"),
    "case.overdue": _("A case is overdue"),
    "case.closed": _("A case ended"),
    "case.reopened": _("A case was taken up again"),
    "theme.found": _("A theme was found"),
    "theme.moved": _("A theme went a step on"),
    "theme.resolved": _("A theme was fixed"),
    "theme.merged": _("Two themes were merged"),
    "theme.rising": _("A theme rises faster than its own past"),
    "announcement.published": _("An announcement was published"),
}


class WebhookChange(models.TextChoices):
    """What a person did with a webhook, for the journal."""

    OPENED = "opened", _("opened")
    CHANGED = "changed", _("changed")
    ROTATED = "rotated", _("given a new secret")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    REPLAYED = "replayed", _("messages sent again")
    REMOVED = "removed", _("removed")
    MAPPED = "mapped", _("fields mapped anew")
