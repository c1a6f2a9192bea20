from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture(autouse=True)
def plain_surroundings(settings: Any) -> Iterator[None]:
    """Static files without a build, addresses without pages, English without compiled catalogues."""
    settings.ROOT_URLCONF = f"{__package__}.urls"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with translation.override("en"):
        yield


@pytest.fixture
def render() -> Callable[..., str]:
    def rendered(source: str, **context: Any) -> str:
        request = RequestFactory().get("/w/demo/themes/?page=2")
        request.user = SimpleNamespace(is_authenticated=context.pop("signed_in", True))  # type: ignore[assignment]
        # {% extends %} has to be the first tag; the library is loaded behind it.
        head, tail = ("", source) if not source.startswith("{% extends") else source.split("%}", 1)
        source = f"{head}%}}{{% load ui %}}{tail}" if head else "{% load ui %}" + source
        return engines["django"].from_string(source).render(context, request)

    return rendered


@pytest.fixture
def desk_context() -> dict[str, Any]:
    return {
        "workspace": SimpleNamespace(name="远岫车主社区", slug="demo", time_zone="Asia/Shanghai"),
        "membership": SimpleNamespace(user=SimpleNamespace(name="知夏"), role="operator"),
        "inbox_count": 38,
        "section": "themes",
    }
