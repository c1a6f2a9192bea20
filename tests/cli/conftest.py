import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from huixiang.cli.main import main
from tests import database

Said = tuple[int, str, str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], db: None) -> Callable[..., Said]:
    """Run a command in this process; its status, stdout and stderr."""

    def run(*words: object) -> Said:
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:  # argparse leaves so
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.Popen[str]]:
    """Start a command as a process of its own on the tests' database."""

    def start(*words: object) -> subprocess.Popen[str]:
        url = database.url_of(str(connection.settings_dict["NAME"]))
        return subprocess.Popen(
            [sys.executable, "-m", "huixiang.cli.main", *map(str, words)],
            env=os.environ | {"DATABASE_URL": url, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., Path]:
    def build(text: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return build
