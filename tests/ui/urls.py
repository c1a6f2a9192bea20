"""The addresses the shared templates ask for, without the pages behind them."""

from django.http import HttpRequest, HttpResponse  # noqa: TID251 - a stand-in for the pages
from django.urls import include, path


def nothing(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse()


desk = [path(f"w/<slug:workspace>/{name}/", nothing, name=name) for name in ("inbox", "themes", "settings")]
portal = [path(f"c/<slug:community>/{name}/", nothing, name=name) for name in ("board", "submit", "me")]

urlpatterns = [
    path("", include((desk, "desk"))),
    path("", include((portal, "portal"))),
    path("language/", nothing, name="set_language"),
    path("login/", nothing, name="account_login"),
    path("logout/", nothing, name="account_logout"),
    path("reset/", nothing, name="account_reset_password"),
]
