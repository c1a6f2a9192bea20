"""What a backup is: one tar with the database's dump, the uploads, the secret key and, last, a manifest.

The manifest counts every table's rows and names every file's SHA-256. Standing at the end, it also tells a whole
backup from one that was cut off.
"""

import dataclasses
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
MANIFEST, DUMP, KEY, UPLOADS = "manifest.json", "database.dump", "secret.key", "uploads/"
PIECE = 1024 * 1024


class Unusable(Exception):  # noqa: N818 - reads as a sentence
    """The file is no whole, unharmed backup; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `key_print` tells whether a secret key is the same without telling the key."""

    version: str
    made_at: str
    key_print: str
    migrations: list[str]
    rows: dict[str, int]
    sums: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def uploads(self) -> list[str]:
        """The names of the uploaded files, below the folder of uploads."""
        return [name.removeprefix(UPLOADS) for name in self.sums if name.startswith(UPLOADS)]


def sum_of(stream: IO[bytes]) -> str:
    """SHA-256 of what a stream still holds, in hex."""
    state = hashlib.sha256()
    while piece := stream.read(PIECE):
        state.update(piece)
    return state.hexdigest()


def write(path: Path, manifest: Manifest, parts: Iterator[tuple[str, Path]]) -> Manifest:
    """Write the parts, then the manifest with their sums; the file appears whole or not at all, for its owner only.

    A part that disappears meanwhile (an upload that was erased) is left out.
    """
    draft = path.with_name(path.name + ".partial")
    try:
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            sums = {name: digest for name, source in parts if (digest := _add(tar, name, source))}
            whole = dataclasses.replace(manifest, sums=sums)
            _add_bytes(tar, MANIFEST, json.dumps(dataclasses.asdict(whole), ensure_ascii=False).encode())
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return whole


def _add(tar: tarfile.TarFile, name: str, source: Path) -> str:
    try:
        with source.open("rb") as stream:
            digest = sum_of(stream)
            stream.seek(0)
            tar.addfile(_entry(name, os.fstat(stream.fileno()).st_size), stream)
    except FileNotFoundError:
        return ""
    return digest


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_entry(name, len(content)), io.BytesIO(content))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def examine(path: Path) -> Manifest:
    """Read the whole file and compare every sum. Raises Unusable with the first thing that is wrong."""
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = _manifest(tar)
            found = {entry.name: _sum_in(tar, entry) for entry in tar if entry.name != MANIFEST}
    except FileNotFoundError as error:
        raise Unusable(f"There is no file {path}.") from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Unusable(f"{path} is not a backup of Huixiang, or is damaged ({error}).") from error
    for name in sorted(manifest.sums.keys() | found.keys()):
        if found.get(name) != manifest.sums.get(name):
            raise Unusable(f"{path} is damaged: {name} is not what was backed up. Take another backup.")
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        stream = tar.extractfile(MANIFEST)
    except KeyError as error:
        raise Unusable("The file is not a whole backup: its manifest is missing. It may have been cut off.") from error
    try:
        read = json.loads(stream.read() if stream else b"")
        if read.get("format") != FORMAT:
            raise Unusable("The backup was made by a newer version of Huixiang. Install that version and try again.")
        manifest = Manifest(**read)
    except (ValueError, TypeError, AttributeError) as error:
        raise Unusable("The backup's manifest cannot be read; the file is damaged.") from error
    if DUMP not in manifest.sums or not all(map(_is_safe, manifest.sums)):
        raise Unusable("The backup's manifest names files that a backup does not hold.")
    return manifest


def _is_safe(name: str) -> bool:
    """A part we would have written: the dump, the key, or something below the uploads."""
    parts = PurePosixPath(name).parts
    return name in {DUMP, KEY} or (name.startswith(UPLOADS) and len(parts) > 1 and ".." not in parts)


def _sum_in(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> str:
    stream = tar.extractfile(entry) if entry.isfile() else None
    return sum_of(stream) if stream else ""


def take_out(path: Path, names: list[str], folder: Path) -> None:
    """Write these parts below a folder, readable by the owner alone. The file was examined before."""
    with tarfile.open(path, "r:") as tar:
        for name in names:
            stream = tar.extractfile(name)
            if stream is None:
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                while piece := stream.read(PIECE):
                    file.write(piece)
