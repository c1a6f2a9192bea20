"""Writing once however often it is asked: `Idempotency-Key`.

The answer is kept in the transaction of what was written, so there is never one without the other. What was refused
wrote nothing and is not kept: the same key may be tried again.
"""

import datetime
import hashlib
import json
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.api import errors, keys
from huixiang.kernel.crypto import digest
from huixiang.workspaces.models import ApiKey, KeptAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = datetime.timedelta(hours=24)
LONGEST = 200
BAD_FROM = 400
FORM = "multipart/form-data"
Run = Callable[[], HttpResponse]


def once(request: HttpRequest, key: ApiKey, run: Run) -> HttpResponse:
    """Run a write, or give the answer it had; without the header it just runs."""
    name = request.headers.get(HEADER, "")
    if not name:
        return run()
    if len(name) > LONGEST or not name.isascii() or not name.isprintable():
        return errors.answer(_("Idempotency-Key takes up to 200 printable ASCII characters."), 422)
    try:
        body = _form(request) if request.content_type == FORM else [request.body]
    except (RequestDataTooBig, RawPostDataException):
        return run()  # refused in words, and nothing is written
    asked = digest((request.method or "").encode(), request.get_full_path().encode(), *body)
    with transaction.atomic():
        if not _alone(key, name):
            return errors.answer(_("The same call is running just now; ask again in a moment."), 409)
        kept = KeptAnswer.objects.filter(api_key=key, name=name).first()
        if kept and timezone.now() - kept.created_at < KEPT:
            return _again(request, kept, asked, run)
        if kept:
            kept.delete()
        return _run_and_keep(key, name, asked, run)


def _form(request: HttpRequest) -> list[bytes]:
    """What a form says, with the digests of its files: how it is cut into parts is another at every sending."""
    said = [part for name in sorted(request.POST) for part in (name, *request.POST.getlist(name), "")]
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            whole = hashlib.sha256()
            for chunk in file.chunks():
                whole.update(chunk)
            file.seek(0)
            said += [name, file.name or "", whole.hexdigest()]
    return [part.encode("utf-8", "surrogatepass") for part in said]


def _alone(key: ApiKey, name: str) -> bool:
    """Whether nobody else runs this call now; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [f"{key.id}:{name}"])
        return bool(cursor.fetchone()[0])


def _again(request: HttpRequest, kept: KeptAnswer, asked: bytes, run: Run) -> HttpResponse:
    """The answer as it was, when the call may still be made: a key whose person left reads no old answers either."""
    if bytes(kept.request_digest) != asked:
        return errors.answer(_("This Idempotency-Key was used for another call; use a new one."), 422)
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")
    response[REPLAYED] = "true"
    keys.keep_ready(request, response if kept.body else _gone())
    answered = run()
    if answered.status_code < BAD_FROM:  # a call that asked nobody ran a second time: as if it had not
        transaction.set_rollback(True)
        return response
    return answered


def _gone() -> HttpResponse:
    return errors.answer(
        _("This call was made and is not made again; its answer was about somebody who has been erased since."), 409
    )


def _run_and_keep(key: ApiKey, name: str, asked: bytes, run: Run) -> HttpResponse:
    response = run()
    if response.status_code >= BAD_FROM:
        transaction.set_rollback(True)
        return response
    KeptAnswer.objects.create(
        workspace_id=key.workspace_id, api_key=key, name=name, request_digest=asked, status=response.status_code,
        body=json.dumps(json.loads(response.content), ensure_ascii=False) if response.content else "",
    )  # fmt: skip
    return response


def forget() -> int:
    """Delete what is older than a day; returns how many answers."""
    old = KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
