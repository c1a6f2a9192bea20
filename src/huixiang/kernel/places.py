"""Where an installation keeps what is its own, and how a setting is read before there are settings."""

import os
from pathlib import Path


class WrongSetting(Exception):  # noqa: N818 - reads as a sentence in the log
    """A setting cannot be understood; the message names it and what is expected."""


def text(name: str, default: str = "") -> str:
    """The value of NAME, else the content of the file NAME_FILE names, else the default."""
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongSetting(f"{name}_FILE names {path}, which cannot be read: {error.strerror}") from error
    return default


def data_dir() -> Path:
    """Where the embedded database, keys and uploads rest: HUIXIANG_DATA_DIR, else `.huixiang` in the home."""
    return Path(text("HUIXIANG_DATA_DIR") or Path.home() / ".huixiang").expanduser().resolve()
