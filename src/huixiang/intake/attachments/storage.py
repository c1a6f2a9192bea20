"""Where files rest: under MEDIA_ROOT, by names that tell nothing."""

import os
import secrets
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

FOLDER = "attachments"


def write(workspace_id: uuid.UUID, chunks: Iterable[bytes]) -> str:
    """Keep bytes; returns their place under MEDIA_ROOT. Whole or not at all."""
    name = secrets.token_hex(16)
    place = f"{FOLDER}/{workspace_id.hex}/{name[:2]}/{name}"
    path = Path(settings.MEDIA_ROOT) / place
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
    draft.rename(path)
    return place


def path_of(place: str) -> Path:
    """The file at a place. Raises ValueError for a place outside the folder."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    path = Path(settings.MEDIA_ROOT) / place
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError(place)
    return path


def remove(places: Iterable[str]) -> None:
    """Remove files; one that is gone already does not matter."""
    for place in places:
        if place:
            path_of(place).unlink(missing_ok=True)


def left_since(before: float) -> Iterator[str]:
    """The places of files that were last written before a moment (seconds since 1970)."""
    root = Path(settings.MEDIA_ROOT)
    for path in (root / FOLDER).rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < before:
            yield str(path.relative_to(root))
