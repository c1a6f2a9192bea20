"""A backup holds every row and every file, and comes back as it was."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from huixiang.channels.models import ChannelAccount
from huixiang.cli import archive, restore
from huixiang.kernel import crypto, embedded_postgres
from tests import database, factories

RESTORED = "restored"
SECRET = "the key of this installation"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with uploads, among them an awkward name and an empty file."""
    (tmp_path / "static").mkdir()
    folder = tmp_path / "uploads" / "attachments"
    folder.mkdir(parents=True)
    (folder / "图 片.png").write_bytes(b"\x89PNG" + bytes(range(256)) * 5000)
    (folder / "empty.txt").write_bytes(b"")
    (tmp_path / "secret.key").write_text(SECRET)
    return tmp_path


@pytest.fixture
def run() -> Run:
    """A command as a process of its own on a database and a data directory; the key is the directory's."""

    def start(base: str, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name != "HUIXIANG_SECRET_KEY"}
        return subprocess.run(
            [sys.executable, "-m", "huixiang.cli.main", *map(str, words)],
            env=kept | {"DATABASE_URL": database.url_of(base), "HUIXIANG_DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    return start


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    with psycopg.connect(database.url_of("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {RESTORED}")
    yield RESTORED
    with psycopg.connect(database.url_of("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.fixture
def source(transactional_db: None) -> str:
    """The tests' database with a community in it; nothing is left open on it."""
    workspace = factories.workspace()
    factories.membership(workspace, "operator", name="知夏")
    account = ChannelAccount.objects.get(workspace=workspace, slug="owners-app")
    factories.case(account)
    name = str(connection.settings_dict["NAME"])
    connection.close()
    return name


def everything(base: str) -> dict[str, list[str]]:
    """Every row of every table and the place of every sequence, as text."""
    with psycopg.connect(database.url_of(base)) as server:
        names = [row[0] for row in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        found = {name: sorted(_copied(server, name)) for name in names}
        places_of = server.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        found["sequences"] = sorted(map(str, places_of))
    return found


def _copied(server: psycopg.Connection[Any], name: str) -> list[str]:
    with server.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
        return b"".join(bytes(piece) for piece in copy).decode().splitlines()


def files(folder: Path) -> dict[str, str]:
    below = folder / "uploads"
    return {
        str(path.relative_to(below)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in below.rglob("*")
        if path.is_file()
    }


def test_every_row_and_every_file_comes_back(
    source: str, empty_database: str, home: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = tmp_path_factory.mktemp("kept") / "backup.tar"
    made = run(source, home, "backup", kept)
    assert (made.returncode, made.stderr) == (0, "")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(kept.parent.iterdir()) == [kept]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "static").mkdir()

    restored = run(empty_database, elsewhere, "restore", kept)

    assert (restored.returncode, restored.stderr) == (0, "")
    before, after = everything(source), everything(empty_database)
    assert len(before["cases_case"]) == 1
    assert {name for name in before if before[name] != after.get(name)} - {"huixiang_cache"} == set()
    assert after.keys() == before.keys()
    assert files(elsewhere) == files(home)
    assert len(files(home)) == 2
    assert (elsewhere / "secret.key").read_text() == SECRET
    triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'journal%'"
    with psycopg.connect(database.url_of(source)) as one, psycopg.connect(database.url_of(empty_database)) as other:
        assert one.execute(triggers).fetchone() == other.execute(triggers).fetchone()


def test_what_is_there_is_replaced_only_when_told(
    source: str, empty_database: str, home: Path, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "backup.tar"
    assert run(source, home, "backup", kept).returncode == 0
    assert run(empty_database, home, "restore", kept).returncode == 0
    with psycopg.connect(database.url_of(empty_database)) as server:
        server.execute("UPDATE workspaces_workspace SET name = 'changed'")
    (home / "uploads" / "later.txt").write_text("later")

    refused = run(empty_database, home, "restore", kept)
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        1,
        "There is a workspace in this database. Restore into an empty one, or say --replace to replace all of it.",
    )
    assert run(empty_database, home, "restore", kept, "--replace").returncode == 0

    assert everything(empty_database)["workspaces_workspace"] == everything(source)["workspaces_workspace"]
    assert sorted(files(home)) == ["attachments/empty.txt", "attachments/图 片.png"]
    laid_aside = [path for path in home.glob("uploads.before-*") if (path / "later.txt").exists()]
    assert len(laid_aside) == 1


@pytest.fixture
def stopped(source: str, empty_database: str, home: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup, brought in once; the key and the name of what is there have changed since."""
    kept = tmp_path_factory.mktemp("kept") / "backup.tar"
    assert run(source, home, "backup", kept).returncode == 0
    assert run(empty_database, home, "restore", kept).returncode == 0
    with psycopg.connect(database.url_of(empty_database)) as server:
        server.execute("UPDATE workspaces_workspace SET name = 'what is there'")
    (home / "secret.key").write_text("the key of what is there")
    return kept


def keys(folder: Path) -> dict[str, str]:
    return {path.name[:17]: path.read_text() for path in folder.glob("secret.key*")}


def named(base: str) -> str:
    with psycopg.connect(database.url_of(base)) as server:
        row = server.execute("SELECT name FROM workspaces_workspace").fetchone()
    return str(row[0]) if row else ""


FORMER = {"secret.key": "the key of what is there"}


@pytest.mark.proof
def test_whatever_stops_it_before_the_end_leaves_key_and_rows_as_they_were(
    stopped: Path, empty_database: str, home: Path, run: Run
) -> None:
    nowhere = run("no_such_database", home, "restore", stopped, "--replace")
    assert (nowhere.returncode, nowhere.stderr[:10], keys(home)) == (1, "huixiang: ", FORMER)

    (home / "restoring").write_text("a file where a folder shall be")
    folder = run(empty_database, home, "restore", stopped, "--replace")
    assert (folder.returncode, folder.stderr[:21], keys(home)) == (1, "Nothing was changed: ", FORMER)
    (home / "restoring").unlink()

    with psycopg.connect(database.url_of("postgres"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {empty_database} SET default_transaction_read_only = on")
    refused = run(empty_database, home, "restore", stopped, "--replace")
    assert (refused.returncode, keys(home)) == (1, FORMER)
    assert refused.stderr.startswith("Nothing was changed: ")
    assert "read-only transaction" in refused.stderr
    assert named(empty_database) == "what is there"


@pytest.mark.proof
def test_a_dump_that_ends_too_early_is_not_half_played_back(
    stopped: Path, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that reads the dump is killed when a part of it has gone to the server."""
    real = embedded_postgres.program
    killed = tmp_path / "pg_restore"
    killed.write_text(f"#!/bin/sh\n'{real('pg_restore')}' \"$@\" | head -c 40000\nkill -9 $$\n")
    killed.chmod(0o755)
    monkeypatch.setattr(
        embedded_postgres, "program", lambda name: killed if name == "pg_restore" else real(name)
    )
    monkeypatch.setenv("DATABASE_URL", database.url_of(empty_database))
    archive.take_out(stopped, [archive.DUMP], tmp_path)
    with pytest.raises(restore.Declined) as raised:
        restore._fill(tmp_path / archive.DUMP)
    assert str(raised.value)[:21] == "Nothing was changed: "
    assert named(empty_database) == "what is there"


@pytest.mark.proof
def test_once_the_rows_are_there_their_key_stays(stopped: Path, empty_database: str, home: Path, run: Run) -> None:
    shutil.rmtree(home / "uploads")
    (home / "uploads").write_text("a file where a folder shall be")

    half = run(empty_database, home, "restore", stopped, "--replace")

    assert (half.returncode, half.stderr[:66]) == (
        1, "The database and its key are restored, but the files are not: [Err",
    )  # fmt: skip
    assert keys(home) == {"secret.key": SECRET, "secret.key.before": "the key of what is there"}
    assert named(empty_database) == "北辰汽车"


@pytest.mark.proof
def test_a_key_brought_into_an_empty_folder_goes_again_when_it_was_for_nothing(
    stopped: Path, empty_database: str, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert run("no_such_database", elsewhere, "restore", stopped).returncode == 1
    assert keys(elsewhere) == {}


def test_nothing_is_restored_under_a_running_installation(
    source: str, empty_database: str, home: Path, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "backup.tar"
    assert run(source, home, "backup", kept).returncode == 0
    with psycopg.connect(database.url_of(empty_database)):
        refused = run(empty_database, home, "restore", kept)
    assert refused.stderr.splitlines() == [
        "Something still works with the database. Stop Huixiang (web and worker), then restore."
    ]


def test_a_backup_of_another_key_is_not_restored_by_mistake(
    source: str, empty_database: str, home: Path, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "backup.tar"
    assert run(source, home, "backup", kept, "--without-key").stdout.splitlines()[1] == (
        "It does not hold the secret key: without HUIXIANG_SECRET_KEY of today, stored secrets stay locked."
    )
    (home / "secret.key").write_text("another key")
    refused = run(empty_database, home, "restore", kept)
    assert (refused.returncode, refused.stderr[:42]) == (1, "The backup belongs to another secret key. ")
    assert everything(empty_database) == {"sequences": []}


def test_a_newer_backup_is_refused(source: str, empty_database: str, home: Path, run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "backup.tar"
    assert run(source, home, "backup", kept).returncode == 0
    newer = rewritten(kept, lambda manifest: manifest["migrations"].append("cases.9999_from_the_future"))
    refused = run(empty_database, home, "restore", newer)
    assert refused.stderr.splitlines()[0].endswith(
        "(cases.9999_from_the_future is unknown here). Install that version and restore with it."
    )


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The same backup with another manifest."""
    copy = path.with_name("rewritten.tar")
    with tarfile.open(path) as old, tarfile.open(copy, "w") as new:
        for entry in old:
            content = old.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name == archive.MANIFEST:
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
                entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return copy


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup by the rules, without a database behind it."""
    dump = tmp_path / archive.DUMP
    dump.write_bytes(b"dump" * 5000)
    manifest = archive.Manifest("0.1.0", "2026-11-22T00:00:00+00:00", "print", [], {})
    archive.write(tmp_path / "small.tar", manifest, iter([(archive.DUMP, dump)]))
    return tmp_path / "small.tar"


def complaint(path: Path) -> str:
    with pytest.raises(archive.Unusable) as raised:
        archive.examine(path)
    return str(raised.value)


def test_a_flipped_bit_is_found(small: Path) -> None:
    assert archive.examine(small).version == "0.1.0"
    content = bytearray(small.read_bytes())
    content[6000] ^= 1
    small.write_bytes(content)
    assert complaint(small) == f"{small} is damaged: database.dump is not what was backed up. Take another backup."


def test_a_cut_off_backup_is_found(small: Path) -> None:
    content = small.read_bytes()
    for end in (len(content) // 2, 512, 0):
        small.write_bytes(content[:end])
        assert complaint(small)


def test_a_file_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    assert complaint(path) == f"There is no file {path}."
    path.write_text("Dear Sir or Madam")
    assert complaint(path).startswith(f"{path} is not a backup of Huixiang, or is damaged")


@pytest.mark.parametrize("name", ["uploads/../../escaped", "/etc/escaped", "elsewhere/file", "uploads/"])
def test_a_manifest_that_points_out_of_its_folders_is_refused(small: Path, name: str) -> None:
    path = rewritten(small, lambda manifest: manifest["sums"].update({name: "0" * 64}))
    assert complaint(path) == "The backup's manifest names files that a backup does not hold."


def test_a_backup_is_never_written_over_another(said: Callable[..., tuple[int, str, str]], small: Path) -> None:
    before = small.read_bytes()
    status, _out, err = said("backup", small)
    assert (status, err) == (1, f"{small} exists already; a backup is never written over another.\n")
    assert small.read_bytes() == before


def test_checking_needs_no_database(small: Path, said: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _err = said("restore", small, "--check")
    assert (status, out) == (0, "The backup of 2026-11-22T00:00:00+00:00 (Huixiang 0.1.0) is whole: 0 rows, 0 files.\n")


def test_the_print_of_a_key_does_not_tell_the_key(settings: Any) -> None:
    settings.SECRET_KEY = SECRET
    first = crypto.keyed_hash("which installation's key", "")
    settings.SECRET_KEY = SECRET + "!"
    assert first != crypto.keyed_hash("which installation's key", "")
    assert SECRET not in first


