"""A public answer that would show a personal number to everybody is asked about once before it goes out."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases.states import Lane
from huixiang.engine.masking import mask
from huixiang.kernel.errors import Refused


class Exposing(Refused):
    """A public answer holds personal numbers; `numbers` are they, as written."""

    def __init__(self, numbers: Sequence[str]) -> None:
        listed = pgettext("numbers", ", ").join(numbers)
        super().__init__(
            _("Everybody could read %(numbers)s. Answer in private, or say that it may be shown.") % {"numbers": listed}
        )
        self.numbers = numbers


def shows_numbers(text: str, *, lane: str, knowingly: bool) -> bool:
    """Return whether an answer puts a phone number, an address or the like on the board; Exposing unless knowingly."""
    numbers = mask(text).numbers if lane == Lane.PUBLIC else ()
    if numbers and not knowingly:
        raise Exposing(numbers)
    return bool(numbers)
