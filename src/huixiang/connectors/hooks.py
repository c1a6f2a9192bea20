"""The one view behind every address that platforms call: find the account, let its connector verify and read, take in.

What is genuine is stored before it is acknowledged, in one transaction; nothing slow happens before that.
"""

import datetime
import logging
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from huixiang.channels import accounts
from huixiang.channels.contracts import Answer, Call, Connector, NotGenuine, Unreadable, connectors
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.receiving import refuse
from huixiang.intake import asking
from huixiang.intake.taking import take

log = logging.getLogger(__name__)

LARGEST: Final = 4 * 1024 * 1024


@csrf_exempt
def hook(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    """One call of a platform."""
    by = connectors().get(kind)
    account = accounts.account_at(kind=kind, token=token) if by else None
    if by is None or account is None:
        return _answered(Answer(_("There is nothing at this address."), 404))
    try:
        call = _call(request)
    except RequestDataTooBig:
        return _answered(Answer(_("The body is larger than 4 MB."), 413))
    return _answered(_taken(by, account, call))


def _call(request: HttpRequest) -> Call:
    body = request.body
    if len(body) > LARGEST:
        raise RequestDataTooBig
    return Call(
        method=request.method or "",
        query=request.GET.dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        at=datetime.datetime.now(datetime.UTC),
    )


def _taken(by: Connector, account: ChannelAccount, call: Call) -> Answer:
    try:
        heard = by.hear(account, call)
    except NotGenuine as error:
        accounts.note_not_genuine(account)
        log.warning("channel %s: a call of %s was not genuine", account.id, account.kind)
        return Answer(error.sentence, error.status)
    except Unreadable as error:  # it would come again and again, and never be understood: parked in plain sight
        refuse(account=account, reason=error.sentence, body=error.excerpt or call.body.decode("utf-8", "replace"))
        return Answer()
    take(account, heard.messages, body=call.body.decode("utf-8", "replace"))
    if heard.fetch:
        asking.wake(account.id)
    return heard.answer


def _answered(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)
