"""The root of the errors a person is shown."""

from collections.abc import Mapping

from django.utils.functional import Promise


class Refused(Exception):  # noqa: N818 - the word the person reads about
    """Something asked for cannot be done; `sentence` says why in the person's words and language.

    `fields`: of a form, the names of what is not right, each with its own sentence.
    """

    def __init__(self, sentence: str | Promise, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = dict(fields or {})
