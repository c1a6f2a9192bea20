"""What no page can read is answered before any page sees it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.utils.translation import gettext as _

NUL = "\x00"
FORM_AROUND_FILE = 1_048_576
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def refuse_unreadable(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400, in words, to addresses and forms with NUL characters or lone surrogates, which no database keeps."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _too_long(request):  # before anything of it is read
            return _refused(request, _("What was sent is larger than can be taken here."), 413)
        try:
            unreadable = _unreadable(request)
        except (MultiPartParserError, SuspiciousOperation):
            return _refused(request, _("The form that was sent breaks off, or holds too much."), 400)
        if unreadable:
            return _refused(request, _("What was sent contains characters that cannot be stored."), 400)
        return get_response(request)

    return middleware


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):  # programs are answered in their own shape
        return JsonResponse({"error": sentence}, status=status)
    return render(request, "400.html", {"sentence": sentence}, status=status)


def _too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.IMPORT_MAX_BYTES + FORM_AROUND_FILE


def _unreadable(request: HttpRequest) -> bool:
    if _broken(request.path) or any(map(_broken, request.GET)) or _any_broken(request.GET.lists()):
        return True
    if request.method == "POST" and request.content_type in FORMS:
        try:
            return _any_broken(request.POST.lists())
        except RawPostDataException:
            return False
    return False


def _any_broken(lists: object) -> bool:
    return any(_broken(value) for _name, values in lists for value in values)  # type: ignore[attr-defined]


def _broken(text: str) -> bool:
    try:
        text.encode()  # sees lone surrogates, and long before a look at each sign would
    except UnicodeEncodeError:
        return True
    return NUL in text
