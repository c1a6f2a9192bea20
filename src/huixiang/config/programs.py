"""Programs are answered without what only people need: no session, no form token, no rules for scripts of a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

CALLS = "/api/v1/"
PAGES = {CALLS + "docs"}  # read by people, in their session and their language


def answered_directly(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Hand a call of the API to its view past the middleware of pages, which would cost a third of a short call.

    A call is let in by its key alone, never by a session, so nothing that guards forms is missing.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(CALLS) or request.path_info in PAGES:
            return get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    return middleware
