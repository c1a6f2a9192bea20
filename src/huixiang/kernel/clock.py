"""The time as rows are stamped with it."""

import datetime

from django.utils import timezone


def now() -> datetime.datetime:
    """The present, aware. Looked up at each call, so that whoever sets Django's clock sets the rows' too."""
    return timezone.now()
