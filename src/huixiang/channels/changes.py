"""What a person, or the machine, does with a channel account, for the journal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountChange(models.TextChoices):
    """The values of channels.account_changed."""

    OPENED = "opened", _("The channel got its address")
    SETTINGS = "settings", _("The channel's settings were changed")
    RENAMED = "renamed", _("The channel was renamed")
    ROTATED = "rotated", _("The channel got a new secret")
    MAPPED = "mapped", _("The channel's fields were mapped anew")
    ADDRESS = "address", _("The channel got a new address")
    PAUSED = "paused", _("The channel was paused")
    RESUMED = "resumed", _("The channel was resumed")
    TESTED = "tested", _("A test message was sent through the channel")
    CLOSED = "closed", _("The channel was closed")
    REMOVED = "removed", _("The channel was removed; nothing had come in")
