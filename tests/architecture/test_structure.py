"""The rules the layout stands on, held by the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Model

import huixiang

HOME = Path(huixiang.__file__).parent
ROOT = HOME.parent.parent
ORDER = (
    "kernel", "engine", "journal", "workspaces", "channels", "members", "intake", "feedback", "themes", "cases",
    "dialogue", "war_rooms", "playbooks", "triage", "announcements", "groupbot", "alerts",
    "academy", "insights",
)  # fmt: skip
OURS = [model for model in apps.get_models() if model.__module__.startswith("huixiang")]
SOURCES = sorted(path for path in HOME.rglob("*.py") if "migrations" not in path.parts)
REGISTRIES = (
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "npm" + "mirror.com",
    "tuna.tsing" + "hua",
)


def package(model: type[Model]) -> str:
    return model.__module__.split(".")[1]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_there_are_models_in_the_known_packages_only() -> None:
    assert {package(model) for model in OURS} - set(ORDER) == set()
    assert len(OURS) > 25


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_go_down_only(model: type[Model]) -> None:
    up = [
        field.name
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in OURS
        and ORDER.index(package(field.related_model)) > ORDER.index(package(model))
    ]  # fmt: skip
    assert up == []


def test_everything_belongs_to_a_workspace_except_users() -> None:
    without = {
        model._meta.label for model in OURS if "workspace_id" not in {f.attname for f in model._meta.concrete_fields}
    }
    assert without == {"workspaces.User", "workspaces.Workspace"}


@pytest.mark.django_db
def test_no_migration_is_pending() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert [function.name for function in functions(path) if length(function) > 50] == []


def test_most_functions_are_very_short() -> None:
    lengths = sorted(length(function) for path in SOURCES for function in functions(path))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_nothing_is_called_utils() -> None:
    dumps = {"utils", "util", "helpers", "common", "base", "manager", "managers", "misc"}
    assert [str(path) for path in SOURCES if path.stem in dumps or path.parent.name in dumps] == []


def test_no_file_names_a_registry_or_a_machines_own_path() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    names = listing.stdout.decode().split("\0")
    wrong = []
    machine = re.compile(r"(?<![\w.])/(?:work|root)/(?!\*)")
    for name in filter(None, names):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if any(host in text for host in REGISTRIES) or machine.search(text):
            wrong.append(name)
    assert wrong == []
