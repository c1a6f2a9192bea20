"""Typed reading of the environment. A name may also be given as NAME_FILE, the path of a file with the value."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from huixiang.kernel.places import WrongSetting, data_dir, text

__all__ = ["WrongSetting", "choice", "data_dir", "number", "secret_key", "sizes", "switch", "text", "words"]

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


def switch(name: str, *, default: bool) -> bool:
    """A yes or no."""
    word = text(name, "1" if default else "0").lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise WrongSetting(f"{name} must be 1 or 0, not “{word}”.")
    return word in TRUE_WORDS


def number(name: str, default: int) -> int:
    """A whole number."""
    word = text(name, str(default))
    try:
        return int(word)
    except ValueError as error:
        raise WrongSetting(f"{name} must be a whole number, not “{word}”.") from error


def choice(name: str, *allowed: str) -> str:
    """One of the allowed words; the first is the default."""
    word = text(name, allowed[0])
    if word not in allowed:
        raise WrongSetting(f"{name} must be one of {', '.join(allowed)}, not “{word}”.")
    return word


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def sizes(name: str, default: str) -> dict[str, int]:
    """Named whole numbers, `picture=20,pdf=20`. Names that the default does not have are refused."""
    known, found = {pair.partition("=")[0] for pair in default.split(",")}, {}
    for pair in words(name, default):
        key, _equals, figure = pair.partition("=")
        if key not in known or not (figure.isascii() and figure.isdigit()):
            raise WrongSetting(f"{name} must look like “{default}”, not “{pair}”.")
        found[key] = int(figure)
    return found


def secret_key(directory: Path) -> str:
    """HUIXIANG_SECRET_KEY, else one made at first start and kept readable by the owner alone."""
    given = text("HUIXIANG_SECRET_KEY")
    if given:
        return given
    path = directory / "secret.key"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"secret.key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all, and the first process wins
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()
