"""What every call passes through: its limit, its Idempotency-Key, and the name under which it is written down."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from huixiang.api import keys, limits, repeats
from huixiang.journal import through
from huixiang.workspaces.models import ApiKey

View = Callable[..., HttpResponse]
READS = ("GET", "HEAD", "OPTIONS")


def guarded(view: View) -> View:
    """A view of the API as a key may call it; without a live key it answers for itself."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = keys.of(request)
        if key is None:
            return view(request, *args, **kwargs)
        left = limits.take(key, request)
        if left and not left.through:
            response = limits.refusal(left)
        else:
            response = _called(key, request, functools.partial(view, request, *args, **kwargs))
        if left:
            limits.tell(response, left)
        return response

    return wrapped


def _called(key: ApiKey, request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    with through.key(key.id):
        return run() if request.method in READS else repeats.once(request, key, run)
