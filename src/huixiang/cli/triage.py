"""`huixiang triage`: texts in, one JSON object each out; no database, no network."""

import argparse
import csv
import ctypes
import gc
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from huixiang.cli.triage_rows import (
    DIMENSIONS,
    SECOND_LOOK_UP_TO,
    Read,
    embedded,
    gated,
    in_processes,
    light,
    one_by_one,
    second_look_at_doubtful,
)

HELP = "Read the texts of a CSV file with the engine alone and print one JSON object a row"
FIELD_LIMIT = 64 * 1024 * 1024  # characters of one CSV field


class TriageError(Exception):
    """The input cannot be read; the sentence says what is wrong and what would help."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", help="CSV file (UTF-8 or GB18030), - for standard input")
    parser.add_argument("--text-column", default="text", help="name of the column with the text (default: text)")
    parser.add_argument("--format", choices=["jsonl"], default="jsonl", help="what is printed: one JSON object a line")
    parser.add_argument("--embeddings", metavar="OUT.npy", type=Path, help="also write one unit vector a row, float32")
    parser.add_argument(
        "--themes", action="store_true", help="group the rows by matter: adds theme and theme_name; prints at the end"
    )
    parser.add_argument("--only", choices=["gate"], help="gate: only whether it is feedback; nothing is embedded")
    parser.add_argument(
        "--second-look",
        choices=["auto", "none", "doubtful", "all"],
        default="auto",
        help="rows read again with their embedding: none (quick), doubtful ones, all; auto (the default) looks again "
        f"at doubtful rows of files up to {SECOND_LOOK_UP_TO} lines. A row that was says refined: true",
    )


def _decoded(raw: IO[bytes]) -> io.TextIOWrapper:
    """UTF-8, with or without its mark, when all of it is; GB18030 otherwise."""
    encoding = "utf-8-sig" if _is_utf8(raw) else "gb18030"
    raw.seek(0)
    errors = "surrogatepass" if encoding == "utf-8-sig" else "replace"
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


def _is_utf8(raw: IO[bytes]) -> bool:
    """Lone surrogates, which careless programs write, do not make a file GB18030."""
    text = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogatepass", newline="\n")
    try:
        while text.read(1 << 20):
            pass
    except UnicodeDecodeError:
        return False
    finally:
        text.detach()
    return True


def _lines_of(raw: IO[bytes]) -> int:
    """Count the lines up to the first too many; the place in the file is the beginning again."""
    found = 0
    while found <= SECOND_LOOK_UP_TO and (part := raw.read(1 << 20)):
        found += part.count(b"\n")
    raw.seek(0)
    return found


def _opened(name: str, stack: ExitStack) -> IO[bytes]:
    if name == "-":
        return io.BytesIO(sys.stdin.buffer.read())
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as problem:
        raise TriageError(f"{name} cannot be read: {problem.strerror}.") from problem


def _texts(lines: Iterable[str], column: str) -> Iterator[str]:
    csv.field_size_limit(FIELD_LIMIT)
    rows = csv.reader(line.replace("\0", "") for line in lines)
    header = next(rows, None)
    if header is None:
        raise TriageError("The file is empty; a first line with column names is needed.")
    if column not in header:
        raise TriageError(f"There is no column “{column}”. The columns are: {', '.join(header)}.")
    place = header.index(column)
    for row in rows:
        if row:
            yield row[place] if place < len(row) else ""


def _read(args: argparse.Namespace, texts: Iterator[str], *, small: bool) -> Iterator[Read]:
    """Read all texts in the way the options ask for."""
    if args.only == "gate":
        return in_processes(gated, texts)
    if args.embeddings or args.themes or args.second_look == "all":
        return one_by_one(embedded, texts)
    if args.second_look == "doubtful" or (args.second_look == "auto" and small):
        return one_by_one(second_look_at_doubtful, texts)
    return in_processes(light, texts)


def _triage(args: argparse.Namespace, texts: Iterator[str], *, small: bool) -> None:
    if args.themes and args.only:
        raise TriageError("--themes needs everything that is read of a text: leave --only out.")
    said: list[str] = []
    with TemporaryFile("w+", encoding="utf-8", errors="surrogatepass") as waiting, TemporaryFile() as kept:
        for batch in _read(args, texts, small=small):
            for line in batch.lines:
                print(line, file=waiting if args.themes else None)
            if batch.vectors is not None and (args.embeddings or args.themes):
                kept.write(np.ascontiguousarray(batch.vectors, dtype=np.float32).tobytes())
            said.extend(batch.shown if args.themes else ())
        kept.seek(0)
        vectors = np.fromfile(kept, dtype=np.float32).reshape(-1, DIMENSIONS)  # held once, not in parts and whole
        if args.embeddings and not args.only:
            with args.embeddings.open("wb") as out:
                np.save(out, vectors)
        if args.themes:
            _let_go()
            _print_with_themes(waiting, said, vectors)


def _let_go() -> None:
    """Give back what the embedder holds: grouping needs room of its own and embeds nothing more."""
    from huixiang.engine.encoder.running import encoder  # noqa: PLC0415 - loaded only when asked for

    encoder.cache_clear()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)  # of the GNU C library: what was freed goes back at once


def _print_with_themes(waiting: IO[str], said: Sequence[str], vectors: Any) -> None:
    """Print the lines that wait in a file, each with its theme: numbered from 1, the largest first; null for none."""
    from huixiang.engine.grouping import NONE, groups  # noqa: PLC0415 - loaded only when asked for

    labels = groups(said, vectors)
    names = _names(said, labels)
    waiting.seek(0)
    for line, label in zip(waiting, labels.tolist(), strict=True):
        theme = None if label == NONE else label + 1
        told = json.loads(line) | {"theme": theme, "theme_name": names.get(label)}
        print(json.dumps(told, ensure_ascii=False))


def _names(texts: Sequence[str], labels: Any) -> dict[int, str]:
    from huixiang.engine.naming import name  # noqa: PLC0415 - loaded only when asked for

    members: dict[int, list[str]] = {}
    for text, label in zip(texts, labels.tolist(), strict=True):
        members.setdefault(label, []).append(text)
    return {label: name(said) for label, said in members.items() if label >= 0}


def run(args: argparse.Namespace) -> int:
    """Print one object for each row, in order; returns 0, or 2 when the input cannot be read."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        with ExitStack() as stack:
            raw = _opened(args.file, stack)
            small = _lines_of(raw) <= SECOND_LOOK_UP_TO
            _triage(args, _texts(_decoded(raw), args.text_column), small=small)
    except BrokenPipeError:  # whoever reads has enough
        sys.stdout = None
        return 0
    except (TriageError, csv.Error) as problem:
        print(f"huixiang triage: {problem}", file=sys.stderr)
        return 2
    return 0
