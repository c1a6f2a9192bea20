"""An embedded server's directory with the product's tables in it: migrated once, copied by whoever needs one.

Migrating an empty database takes half a minute of a processor. It lies beside the other stamps of the set-up until a
migration changes, so that the workers of one run, the products they start, and the next run share it.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from huixiang.kernel import embedded_postgres

ROOT = Path(__file__).resolve().parents[1]
STAMPS = ROOT / ".stamps"
# What writes tables: the migrations, what they take from the kernel, and the versions of Django and its neighbours.
WRITTEN_BY = ("src/huixiang/*/migrations/*.py", "src/huixiang/kernel/*.py", "requirements/runtime.lock")


def new_home() -> Path:
    """A data directory for a product or a server that begins with all tables and no row of ours."""
    home = Path(tempfile.mkdtemp(prefix="hx-tests-"))
    STAMPS.mkdir(exist_ok=True)
    kept = STAMPS / f"database-{_key()}"
    with (STAMPS / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept)
        copy(kept, home)
    home.chmod(0o755)  # the server runs as a user of its own
    return home


def copy(one: Path, other: Path) -> None:
    """The directory of a stopped server or product, owners and modes too."""
    subprocess.run(["/bin/cp", "-a", f"{one}/.", str(other)], check=True)


def _key() -> str:
    files = sorted(path for pattern in WRITTEN_BY for path in ROOT.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _make(kept: Path) -> None:
    for older in STAMPS.glob("database-*"):
        shutil.rmtree(older)
    home = Path(tempfile.mkdtemp(prefix="hx-migrated-"))
    home.chmod(0o755)
    ours = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    settings = {"HUIXIANG_DATA_DIR": str(home), "HUIXIANG_SECRET_KEY": "tests only, worth nothing"}
    try:
        subprocess.run([sys.executable, "-m", "huixiang.cli.main", "migrate"], env=ours | settings, check=True)
        embedded_postgres.stop(home)
        half = kept.with_suffix(".half")  # killed while copying, it is not taken for a whole one
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        copy(home, half)
        half.rename(kept)
    finally:
        embedded_postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)
