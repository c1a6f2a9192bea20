"""Words of a text, by rjieba's dictionary."""

import rjieba


def _is_sign_of_many(word: str) -> bool:
    return len(word) > 1 and not word.isspace()


def tokens(text: str) -> list[str]:
    """Cut a text into lower-case words, in order; single signs that are neither letter nor digit are dropped."""
    return [word for word in map(str.lower, rjieba.cut(text)) if word.isalnum() or _is_sign_of_many(word)]
