"""Files for the robot: a code that came with the message is changed for an address, which is good for a short while."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.dingtalk import interface
from huixiang.connectors.downloads import file_at
from huixiang.connectors.payload import found, items, word

DOWNLOAD: Final = "/v1.0/robot/messageFiles/download"
SORTS: Final[Mapping[str, FileSort]] = {
    "picture": FileSort.PICTURE, "file": FileSort.FILE, "video": FileSort.FILM,
}  # fmt: skip
ALSO_HTTPS: Final = (".dingtalk.com", ".aliyuncs.com")  # what DingTalk hands out as http is there by https, too


def named(sent: Mapping[str, Any]) -> list[InboundFile]:
    """The files of a message: a picture, a film, a file, or pictures between words."""
    return [
        InboundFile(sort, {"code": word(part, "downloadCode")}, word(part, "fileName"))
        for sort, part in _parts(sent)
        if word(part, "downloadCode")
    ]


def _parts(sent: Mapping[str, Any]) -> Iterator[tuple[FileSort, Any]]:
    kind = word(sent, "msgtype")
    if kind in SORTS:
        yield SORTS[kind], found(sent, "content")
    for part in items(sent, "content", "richText"):
        yield FileSort.PICTURE, part


def fetched(account: ChannelAccount, reference: Mapping[str, str], robot: str) -> Brought:
    """One file. Raises TransportError."""
    if not value(account, "client_id"):
        sentence = _("A plain group robot cannot fetch files: that takes an application of the company.")
        raise TransportError(sentence, permanent=True)
    body = {"downloadCode": reference["code"], "robotCode": robot}
    url = word(interface.posted(account, DOWNLOAD, body), "downloadUrl")
    if not url:
        raise TransportError(_("DingTalk does not say where the file lies."), permanent=True)
    return file_at(account, _sealed(url)).brought()


def _sealed(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "http" and (parts.hostname or "").endswith(ALSO_HTTPS):
        return urlunsplit(parts._replace(scheme="https", netloc=parts.hostname or ""))
    return url
