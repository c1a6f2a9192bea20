"""A PostgreSQL of the tests' own, started before Django reads its settings and gone when they end."""

import atexit
import os
import shutil
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huixiang.kernel import embedded_postgres
from tests import migrated


def start() -> Path:
    """Start the server, point the environment at it, return the data directory."""
    home = migrated.new_home()
    (home / "static").mkdir(exist_ok=True)  # whitenoise warns about a missing folder, and warnings are errors
    conninfo = embedded_postgres.start(home)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # nothing here must survive a crash
        connection.execute("SELECT pg_reload_conf()")
    os.environ.update(
        DATABASE_URL=conninfo,
        HUIXIANG_DATA_DIR=str(home),
        HUIXIANG_SECRET_KEY="tests only, worth nothing",
        HUIXIANG_LOG_LEVEL="ERROR",
        DJANGO_SETTINGS_MODULE="huixiang.config.settings",
    )
    atexit.register(_stop, home)
    return home


def _stop(home: Path) -> None:
    embedded_postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def url_of(database: str) -> str:
    """The connection string of one database on the tests' server, for processes the tests start."""
    return make_conninfo(**{**conninfo_to_dict(os.environ["DATABASE_URL"]), "dbname": database})
