"""`huixiang restore`: brings back what a backup holds, all of it or nothing."""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg

from huixiang.cli import archive, backup, django_start, migrate
from huixiang.kernel import embedded_postgres, places

HELP = "Bring back what a backup holds, or check it"
EMPTY = """
DO $$
DECLARE statement text;
BEGIN
  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP TABLE IF EXISTS public.%I CASCADE', tablename) FROM pg_tables WHERE schemaname = 'public'
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype) FROM pg_type t
      WHERE t.typnamespace = 'public'::regnamespace
        AND (t.typtype IN ('e', 'd') OR (t.typtype = 'c' AND EXISTS
             (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
  ) LOOP EXECUTE statement; END LOOP;
END $$;
"""
# Tables take their sequences along; what belongs to an extension stays. All is named before anything goes.


class Declined(Exception):  # noqa: N818 - reads as a sentence
    """It was not begun; the message says why and what to do."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Which file, and how far to go."""
    parser.add_argument("file", type=Path, help="a file `huixiang backup` wrote")
    parser.add_argument("--check", action="store_true", help="only look whether the file is whole and unharmed")
    parser.add_argument("--replace", action="store_true", help="replace everything that is in the database now")


def run(args: argparse.Namespace) -> int:
    """Examine, refuse what cannot go well, then restore; 1 with a sentence when it was not done."""
    try:
        manifest = archive.examine(args.file)
        if not args.check:
            _restore(args.file, manifest, replace=args.replace)
    except (archive.Unusable, Declined) as error:
        print(str(error), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Nothing was changed: {error}", file=sys.stderr)
        return 1
    done = "is whole" if args.check else "is restored"
    rows, files = sum(manifest.rows.values()), len(manifest.uploads)
    print(f"The backup of {manifest.made_at} (Huixiang {manifest.version}) {done}: {rows} rows, {files} files.")
    return 0


def _restore(path: Path, manifest: archive.Manifest, *, replace: bool) -> None:
    with ExitStack() as afterwards:
        with _key_of_the_backup(path, manifest, replace=replace):
            django_start.start()
            _is_known(manifest)
            _is_quiet()
            _may_be_filled(replace=replace)
            folder = afterwards.enter_context(_unpacked(path, manifest))
            _fill(folder / archive.DUMP)
        _compare(manifest)
        _bring_uploads(folder / archive.UPLOADS)
    migrate.bring_up_to_date()


@contextmanager
def _unpacked(path: Path, manifest: archive.Manifest) -> Iterator[Path]:
    """A folder with what the backup holds, for a while."""
    folder = _uploads_folder().parent / "restoring"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        archive.take_out(path, [name for name in manifest.sums if name != archive.KEY], folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _key_of_the_backup(path: Path, manifest: archive.Manifest, *, replace: bool) -> Iterator[None]:
    """Before settings are read: the backup's key where there is none yet, or, when replacing, beside the old one.

    Whatever stops what is done with it, a refusal, an error, Ctrl-C: the key is again the one that was there.
    """
    key = places.data_dir() / archive.KEY
    if archive.KEY not in manifest.sums or places.text("HUIXIANG_SECRET_KEY") or (key.exists() and not replace):
        yield
        return
    key.parent.mkdir(parents=True, exist_ok=True)
    former = key.rename(key.with_name(f"secret.key.before-{_stamp()}")) if key.exists() else None
    try:
        archive.take_out(path, [archive.KEY], key.parent)
        yield
    except BaseException:
        if former:
            former.replace(key)
        else:
            key.unlink(missing_ok=True)
        raise


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


def _is_known(manifest: archive.Manifest) -> None:
    """Every migration of the backup is one of ours, and the key opens what it holds."""
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 - Django is set up by now

    from huixiang.kernel.crypto import keyed_hash  # noqa: PLC0415

    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    strange = sorted(set(manifest.migrations) - ours)
    if strange:
        raise Declined(
            f"The backup was made by Huixiang {manifest.version}, which is newer than this one "
            f"({strange[0]} is unknown here). Install that version and restore with it."
        )
    if manifest.key_print != keyed_hash(backup.PURPOSE, ""):
        raise Declined(
            "The backup belongs to another secret key. Set HUIXIANG_SECRET_KEY to the one it was made with, or, if the "
            "backup holds its key, restore with --replace or into an empty data directory."
        )


def _is_quiet() -> None:
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    connections.close_all()
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    if _number(query):
        raise Declined("Something still works with the database. Stop Huixiang (web and worker), then restore.")


def _number(query: str) -> int:
    with psycopg.connect(places.text("DATABASE_URL")) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _may_be_filled(*, replace: bool) -> None:
    known = _number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'workspaces_workspace'")
    if known and not replace and _number("SELECT count(*) FROM workspaces_workspace"):
        raise Declined(
            "There is a workspace in this database. Restore into an empty one, or say --replace to replace all of it."
        )


def _fill(dump: Path) -> None:
    """Empty the database and play the dump back, in one transaction: after a failure everything is as it was.

    The transaction is closed by a last word that is only sent once all of the dump has been read.
    """
    empty = dump.with_name("empty.sql")
    empty.write_text(f"BEGIN;\n{EMPTY}", encoding="utf-8")
    read = [str(embedded_postgres.program("pg_restore")), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    play = [str(embedded_postgres.program("psql")), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1",
            f"--file={empty}", "--file=-", f"--dbname={backup.address()}"]  # fmt: skip
    with (dump.with_name("complaints").open("w+b") as complaints,
          subprocess.Popen(read, stdout=subprocess.PIPE, stderr=complaints) as reader,  # noqa: S603 - our words
          subprocess.Popen(play, stdin=subprocess.PIPE, env=backup.environment(), stdout=subprocess.DEVNULL,  # noqa: S603
                           stderr=complaints) as player):  # fmt: skip
        _pass_on(reader, player)
        complaint = _told(complaints)
    if player.returncode or reader.returncode:
        raise Declined(f"Nothing was changed: {complaint[-600:]}")


def _pass_on(reader: subprocess.Popen[bytes], player: subprocess.Popen[bytes]) -> None:
    assert reader.stdout is not None  # noqa: S101 - both were opened as pipes
    assert player.stdin is not None  # noqa: S101
    with suppress(BrokenPipeError):  # psql gave up and says why
        shutil.copyfileobj(reader.stdout, player.stdin, archive.PIECE)
        if reader.wait() == 0:
            player.stdin.write(b"\nCOMMIT;\n")
        player.stdin.flush()
    reader.stdout.close()  # should psql have given up, pg_restore must not wait for it
    with suppress(BrokenPipeError):
        player.stdin.close()
    reader.wait()
    player.wait()


def _told(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read().decode(errors="replace").strip()


def _compare(manifest: archive.Manifest) -> None:
    with psycopg.connect(places.text("DATABASE_URL")) as connection:
        found = backup.row_counts(connection)
    if found != manifest.rows:
        wrong = [name for name in manifest.rows if found.get(name) != manifest.rows[name]]
        raise Declined(f"The database was restored, but these tables have other counts: {', '.join(wrong)}.")


def _uploads_folder() -> Path:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    return Path(settings.MEDIA_ROOT)


def _bring_uploads(restored: Path) -> None:
    """Put the restored files in place; those that were there stay beside them under another name."""
    try:
        _exchange_uploads(restored)
    except OSError as error:
        raise Declined(
            f"The database and its key are restored, but the files are not: {error}. "
            "Put that right and restore with --replace once more."
        ) from error


def _exchange_uploads(restored: Path) -> None:
    uploads = _uploads_folder()
    restored.mkdir(parents=True, exist_ok=True)
    if uploads.exists() and any(uploads.iterdir()):
        uploads.rename(uploads.with_name(f"{uploads.name}.before-{_stamp()}"))
    elif uploads.exists():
        uploads.rmdir()
    restored.rename(uploads)
