import ast
import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

import huixiang
from huixiang.config.subscriptions import SUBSCRIPTIONS
from huixiang.journal.events import Event

HOME = Path(huixiang.__file__).parent


def every_event() -> list[type[Event]]:
    found, looked_at = [], [Event]
    while looked_at:
        for kind in looked_at.pop().__subclasses__():
            looked_at.append(kind)
            found.append(kind)
    return [kind for kind in found if "name" in vars(kind)]


def queued_names() -> set[str]:
    """Every name given to `jobs.queue(…)` or `queue(…)` anywhere in the product."""
    names = set()
    for path in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.queue":
                names.add(ast.unparse(node.args[0]))
    return names


def test_names_are_unique() -> None:
    counted = Counter(kind.name for kind in every_event())
    assert [name for name, number in counted.items() if number > 1] == []
    assert len(counted) > 30


@pytest.mark.parametrize("kind", every_event(), ids=lambda kind: kind.name)
def test_an_event_is_frozen_named_after_its_package_and_about_something(kind: type[Event]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert kind.name.partition(".")[0] == kind.__module__.split(".")[1]
    assert kind.subject_kind != ""
    assert kind.personal <= {field.name for field in dataclasses.fields(kind)}
    assert len(kind.name) <= 60


def test_every_event_that_something_follows_exists() -> None:
    assert set(SUBSCRIPTIONS) - {kind.name for kind in every_event()} == set()


def test_every_follower_is_a_task() -> None:
    followers = {task for tasks in SUBSCRIPTIONS.values() for task in tasks}
    assert followers - set(app.tasks) == set()


def test_every_queued_name_is_a_task() -> None:
    names = queued_names() - {"task"}  # journal.dispatch queues the followers, which are tested above
    assert {ast.literal_eval(name) for name in names} - set(app.tasks) == set()
    assert len(names) > 3


def test_every_event_is_written_somewhere() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in HOME.rglob("*.py") if p.name != "events.py")
    assert [kind.name for kind in every_event() if f"{kind.__name__}(" not in source] == []
