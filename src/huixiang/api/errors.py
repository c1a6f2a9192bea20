"""Whatever goes wrong is said in one shape: `{"error": sentence}`."""

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from huixiang.api.keys import Kept
from huixiang.kernel.errors import Refused

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024


class Error(Schema):
    """What went wrong."""

    error: str = Field(description="A sentence for people.", examples=["The key has not the scope “ingest”."])


def answer(sentence: str, status: int) -> HttpResponse:
    """The one shape."""
    return JsonResponse({"error": sentence}, status=status)


def not_found() -> HttpResponse:
    """What is not there, or not this key's to see."""
    return answer(_("There is nothing at this address."), 404)


def sentence_of(problem: Mapping[str, Any], *, outer: int = 0) -> str:
    """One validation problem in words, naming the field; the first `outer` steps of its place are left out."""
    field = ".".join(str(step) for step in problem["loc"][outer:]) or "body"
    return _words(str(problem["type"])) % {
        "field": field,
        "why": _reason(problem),
        "expected": str(problem.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", "),
    }


def _reason(problem: Mapping[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")


def _words(kind: str) -> str:
    words = {
        "missing": _("%(field)s is missing."),
        "string_type": _("%(field)s must be text."),
        "string_unicode": _("%(field)s contains half of a character (a lone surrogate)."),
        "nul_character": _("%(field)s contains a NUL character."),
        "string_too_long": _("%(field)s is too long."),
        "bool_type": _("%(field)s must be true or false."),
        "list_type": _("%(field)s must be a list."),
        "model_type": _("%(field)s must be an object."),
        "model_attributes_type": _("%(field)s must be an object."),
        "dict_type": _("%(field)s must be an object."),
        "uuid_type": _("%(field)s must be an id as this API gives them."),
        "uuid_parsing": _("%(field)s must be an id as this API gives them."),
        "int_parsing": _("%(field)s must be a whole number."),
        "bool_parsing": _("%(field)s must be true or false."),
        "literal_error": _("%(field)s must be one of %(expected)s."),
        "too_long": _("%(field)s holds too many entries."),
        "extra_forbidden": _("%(field)s is not a field of this call."),
        "timezone_aware": _("%(field)s must name its zone, for example 2026-11-21T08:05:00+08:00."),
        "datetime_from_date_parsing": _("%(field)s must be ISO 8601, for example 2026-11-21T08:05:00+08:00."),
        "datetime_parsing": _("%(field)s must be ISO 8601, for example 2026-11-21T08:05:00+08:00."),
        "date_type": _("%(field)s must be a day, for example 2026-11-21."),
        "date_parsing": _("%(field)s must be a day, for example 2026-11-21."),
        "date_from_datetime_parsing": _("%(field)s must be a day, for example 2026-11-21."),
        "date_from_datetime_inexact": _("%(field)s must be a day, for example 2026-11-21."),
        "too_short": _("%(field)s must not be empty."),
        "string_too_short": _("%(field)s must not be empty."),
        "value_error": "%(why)s",
    }
    return words.get(kind, "%(field)s: %(why)s")


def in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose refusals from outside the operations (wrong method, nothing there) are JSON as well."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return not_found()
        if response.status_code == 405:  # noqa: PLR2004 - method not allowed
            refused = answer(_("This address does not take %(method)s.") % {"method": request.method}, 405)
            refused["Allow"] = response["Allow"]
            return refused
        return response

    return wrapped


def handle_in(api: NinjaAPI) -> None:
    """Give the API its handlers."""
    api.add_exception_handler(AuthenticationError, _unknown_key)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(RawPostDataException, _no_json)
    api.add_exception_handler(Refused, _as_things_stand)
    api.add_exception_handler(Kept, _as_before)
    api.add_exception_handler(Http404, lambda _request, _error: not_found())
    api.add_exception_handler(Exception, _our_fault)


def _unknown_key(_request: HttpRequest, _error: object) -> HttpResponse:
    response = answer(
        _("Give a key of this workspace: Authorization: Bearer hx_…; this one is missing, unknown or revoked."), 401
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def _as_before(_request: HttpRequest, kept: Any) -> HttpResponse:
    response: HttpResponse = kept.response
    return response


def _as_things_stand(_request: HttpRequest, error: Any) -> HttpResponse:
    return answer(str(error.sentence), 409)


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    """What was raised with a sentence; the framework wraps what the body's reader raised."""
    said = error.__cause__ if isinstance(error.__cause__, HttpError) else error
    return answer(said.message, said.status_code)


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    """Places begin with where the value stands and, in a body, with the parameter's name: neither helps."""
    places = [2 if problem["loc"][0] == "body" else 1 for problem in error.errors]
    said = [sentence_of(problem, outer=outer) for problem, outer in zip(error.errors, places, strict=True)]
    return answer(" ".join(dict.fromkeys(said)), 422)


def _too_big(_request: HttpRequest, _error: object) -> HttpResponse:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
    return answer(
        _("The body is larger than %(megabytes)d MB; send fewer messages at a time.") % {"megabytes": limit}, 413
    )


def _no_json(_request: HttpRequest, _error: object) -> HttpResponse:
    """A form whose files were read on the way in has no body left."""
    return answer(not_json(), 415)


def not_json() -> str:
    """The sentence for every other content type."""
    return _("Send JSON with the header Content-Type: application/json.")


def _our_fault(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(_("Something went wrong on this side; nothing was stored. Try again."), 500)
