from pathlib import Path

from django.apps import apps

import huixiang.kernel

HOME = Path(huixiang.kernel.__file__).parent


def test_the_kernel_stays_small() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in HOME.rglob("*.py"))
    assert lines <= 600


def test_the_kernel_has_no_models() -> None:
    assert [model for model in apps.get_models() if model.__module__.startswith("huixiang.kernel")] == []
    assert list(HOME.rglob("models.py")) == []
