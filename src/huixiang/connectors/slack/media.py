"""Files in Slack: they lie at an address that answers the bot's token. It is told to Slack's own hosts only."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, InboundFile, sort_of
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import FINE, REDIRECTS, anything_at, host_of, refused
from huixiang.connectors.http import call
from huixiang.connectors.payload import found, items, word

OWN: Final = ".slack.com"
ELSEWHERE: Final = ("external", "remote")  # modes of files that lie with somebody else
PAGE: Final = "text/html"


def named(said: Any) -> list[InboundFile]:
    """The files of a message that lie with Slack."""
    files = [_file(one) for one in items(said, "files") if word(one, "mode") not in ELSEWHERE]
    return [one for one in files if one]


def _file(one: Any) -> InboundFile | None:
    sort, size = sort_of(word(one, "mimetype")), found(one, "size")
    if sort is None or not word(one, "id"):
        return None
    url = word(one, "url_private_download") or word(one, "url_private")
    number = size if isinstance(size, int) and not isinstance(size, bool) else 0
    return InboundFile(sort, {"id": word(one, "id"), "url": url}, word(one, "name") or word(one, "title"), number)


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One file. Without the right to it Slack shows its page for signing in. Raises TransportError."""
    token = {"Authorization": f"Bearer {value(account, 'bot_token')}"}
    url = reference.get("url") or _asked_for(account, reference["id"], token)
    host = host_of(url)
    if not (host.endswith(OWN) or host == host_of(value(account, "api"))):
        raise TransportError(_("It does not lie with Slack, so the bot's token is not sent there."), permanent=True)
    answered = anything_at(account, url, headers=token)
    if answered.status == FINE and answered.size and answered.media_type != PAGE:
        return answered.brought()
    answered.file.close()
    if answered.status in REDIRECTS or answered.media_type == PAGE:
        sentence = _("Slack wants us to sign in: the bot lacks the scope files:read, or is not in the channel.")
        raise TransportError(sentence, permanent=True)
    raise refused(answered.status)


def _asked_for(account: ChannelAccount, file_id: str, token: Mapping[str, str]) -> str:
    """Where a file of a shared channel lies: its message does not tell. Raises TransportError."""
    address = f"{value(account, 'api').rstrip('/')}/files.info"
    _status, said = call(account, "GET", address, params={"file": file_id}, headers=token, safe_again=True)
    url = word(said, "file", "url_private_download") or word(said, "file", "url_private")
    if not url:
        sentence = _("Slack does not say where the file lies (%(why)s).")
        raise TransportError(sentence % {"why": word(said, "error") or "?"}, permanent=True)
    return url
