"""The root of the errors a person is shown."""

from django.utils.functional import Promise


class Refused(Exception):  # noqa: N818 - the word the person reads about
    """Something asked for cannot be done; `sentence` says why in the person's words and language."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence
