"""Reading what a platform sent: nothing in it is where it should be until it was looked at."""

import datetime
import json
from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import Call, NotGenuine, Unreadable

STALE_SECONDS: Final = 300
A_THOUSAND: Final = 1000


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises Unreadable."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The body is not JSON.")) from error
    if not isinstance(read, dict):
        raise Unreadable(_("The body is not JSON."))
    return read


def found(value: Any, *path: str | int) -> Any:
    """What stands at the end of a path through objects and lists; None where it ends early."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def word(value: Any, *path: str | int) -> str:
    """The text at a path, a whole number as text; "" for anything else."""
    value = found(value, *path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def items(value: Any, *path: str | int) -> list[Any]:
    """The list at a path, empty for anything else."""
    value = found(value, *path)
    return value if isinstance(value, list) else []


def moment(seconds: str | float) -> datetime.datetime:
    """The time so many seconds after 1970. Raises Unreadable."""
    try:
        return datetime.datetime.fromtimestamp(float(seconds), datetime.UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(_("The message has no time.")) from error


def written(text: str) -> datetime.datetime:
    """A time written as ISO 8601 with its offset. Raises Unreadable."""
    try:
        read = datetime.datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(_("The message has no time.")) from error


def check_fresh(call: Call, seconds: str, *, in_thousandths: bool = False) -> None:
    """The time a call says of itself is five minutes off at most. Raises NotGenuine."""
    if seconds.isascii() and seconds.isdigit() and len(seconds) <= len("1790000000000"):
        at = int(seconds) / (A_THOUSAND if in_thousandths else 1)
        if abs(call.at.timestamp() - at) <= STALE_SECONDS:
            return
    raise NotGenuine(_("The time of the call is missing, or off by more than five minutes."))


def with_files(text: str, names: Iterable[str]) -> str:
    """The text; of a message that is nothing but files, what they are: it must not come in empty."""
    named = [name for name in names if name]
    if text.strip() or not named:
        return text
    return _("[Sent without words: %(names)s]") % {"names": ", ".join(named)}
