"""`huixiang backup`: database, uploads and key in one file, consistent while everything runs."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import huixiang
from huixiang.cli import archive, django_start
from huixiang.kernel import embedded_postgres, places

HELP = "Write database, uploads and key into one file; may be run while Huixiang works"
PURPOSE = "which installation's key"


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to, and whether the key goes along."""
    parser.add_argument("file", type=Path, help="the file to write, such as huixiang-2026-11-22.tar")
    parser.add_argument(
        "--without-key", action="store_true", help="leave secret.key out; keep it elsewhere, restoring needs it"
    )


def run(args: argparse.Namespace) -> int:
    """Write it and say what is in it; 1 with a sentence when it could not be made."""
    django_start.start()
    path: Path = args.file.expanduser().resolve()
    if path.exists():
        print(f"{path} exists already; a backup is never written over another.", file=sys.stderr)
        return 1
    if not path.parent.is_dir():
        print(f"There is no folder {path.parent}.", file=sys.stderr)
        return 1
    try:
        manifest = _write(path, with_key=not args.without_key)
    except (OSError, psycopg.Error, subprocess.CalledProcessError) as error:
        print(f"The backup could not be made: {_reason(error)}", file=sys.stderr)
        return 1
    print(f"{path}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, {len(manifest.uploads)} files.")
    print(_about_key(manifest))
    return 0


def _about_key(manifest: archive.Manifest) -> str:
    if archive.KEY in manifest.sums:
        return "It holds the secret key and everything people said: keep it where only you can read it."
    return "It does not hold the secret key: without HUIXIANG_SECRET_KEY of today, stored secrets stay locked."


def _reason(error: Exception) -> str:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
    return (said or str(error)).strip()[-600:]


def _write(path: Path, *, with_key: bool) -> archive.Manifest:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".huixiang-backup-") as folder:
        dump = Path(folder) / archive.DUMP
        with _snapshot() as (connection, name):
            manifest = _manifest(connection)
            _dump(dump, name)
        return archive.write(path, manifest, _parts(dump, with_key=with_key))


@contextmanager
def _snapshot() -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """One view of the database that the counts and the dump share, whatever is written meanwhile."""
    with psycopg.connect(places.text("DATABASE_URL")) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, str(row[0]) if row else ""


def _manifest(connection: psycopg.Connection[Any]) -> archive.Manifest:
    from huixiang.kernel.crypto import keyed_hash  # noqa: PLC0415 - Django is set up by now

    return archive.Manifest(
        version=huixiang.__version__,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        key_print=keyed_hash(PURPOSE, ""),
        migrations=applied(connection),
        rows=row_counts(connection),
    )


def applied(connection: psycopg.Connection[Any]) -> list[str]:
    """The migrations a database has, as `app.name`."""
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def row_counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table of the product holds."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    counted = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counted[name] = row[0] if row else 0
    return counted


def _dump(path: Path, snapshot: str) -> None:
    path.touch(mode=0o600)
    command("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-comments",
            f"--snapshot={snapshot}", f"--file={path}", f"--dbname={address()}")  # fmt: skip


def command(name: str, *words: str) -> None:
    """Run one of PostgreSQL's programs; its complaint is in the error."""
    subprocess.run(  # noqa: S603 - our own words
        [embedded_postgres.program(name), *words], env=environment(), check=True, capture_output=True, text=True
    )


def address() -> str:
    """The database without its password, which other users of the machine could read in the list of processes."""
    parts = conninfo_to_dict(places.text("DATABASE_URL"))
    return make_conninfo("", **{name: value for name, value in parts.items() if name != "password"})


def environment() -> dict[str, str]:
    """The environment for PostgreSQL's programs, with the password."""
    password = conninfo_to_dict(places.text("DATABASE_URL")).get("password")
    return {**os.environ, "PGPASSWORD": str(password)} if password else dict(os.environ)


def _parts(dump: Path, *, with_key: bool) -> Iterator[tuple[str, Path]]:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    yield archive.DUMP, dump
    key = places.data_dir() / "secret.key"
    if with_key and key.exists() and not places.text("HUIXIANG_SECRET_KEY"):
        yield archive.KEY, key
    uploads = Path(settings.MEDIA_ROOT)
    for path in sorted(uploads.rglob("*")):
        if path.is_file():
            yield archive.UPLOADS + path.relative_to(uploads).as_posix(), path
