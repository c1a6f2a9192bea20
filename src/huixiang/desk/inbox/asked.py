"""What a request of the inbox asks about: ids, the moment the list was loaded, the rows that stand in it."""

import datetime
import uuid

from django.http import HttpRequest
from django.utils import timezone

from huixiang.kernel.pagination import moment

MOST_SHOWN = 400  # rows of one list that are kept fresh while it is read


def uuid_of(text: str) -> uuid.UUID | None:
    """An id as an address or a form writes it, None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def since_of(request: HttpRequest) -> datetime.datetime:
    """When the person loaded what the form stands on; now when it does not say."""
    try:
        return min(moment(request.POST.get("seen_at", "")), timezone.now())
    except ValueError:
        return timezone.now()


def rows_of(request: HttpRequest) -> dict[uuid.UUID, str]:
    """The rows that stand in the list with their stamps, written as `id:stamp`."""
    pairs = (text.partition(":") for text in request.POST.get("rows", "").split(",")[:MOST_SHOWN])
    read = {uuid_of(case_id): stamp for case_id, _colon, stamp in pairs}
    return {case_id: stamp for case_id, stamp in read.items() if case_id}
