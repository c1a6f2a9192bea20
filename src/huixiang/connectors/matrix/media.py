"""Files on Matrix: they lie with a homeserver under an mxc:// address, and ours hands them out to the bot."""

import re
from collections.abc import Mapping
from typing import Any, Final

from huixiang.channels.accounts import value
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import FINE, anything_at, refused
from huixiang.connectors.matrix.api import home, path

SORTS: Final[Mapping[str, FileSort]] = {
    "m.image": FileSort.PICTURE, "m.video": FileSort.FILM, "m.file": FileSort.FILE,
}  # fmt: skip
PLACE: Final = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_~=.-]{1,255})")
DOWNLOAD, DOWNLOAD_OLD = "/_matrix/client/v1/media/download", "/_matrix/media/v3/download"
UNKNOWN: Final = 404  # of a file that is gone, and of a homeserver from before its files were handed out to users only


def named(content: Mapping[str, Any]) -> list[InboundFile]:
    """The file of a message; none for recordings, and for what is encrypted for its room."""
    sort, url, info = SORTS.get(str(content.get("msgtype"))), content.get("url"), content.get("info")
    if sort is None or not isinstance(url, str) or not PLACE.fullmatch(url):
        return []
    size = info.get("size") if isinstance(info, Mapping) else 0
    name = content.get("filename") if isinstance(content.get("filename"), str) else content.get("body")
    number = size if isinstance(size, int) and not isinstance(size, bool) else 0
    return [InboundFile(sort, {"url": url}, name if isinstance(name, str) else "", number)]


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One file. A homeserver may hand it out by another host, which is not told the token. Raises TransportError."""
    place = PLACE.fullmatch(reference["url"])
    if place is None:
        raise refused(UNKNOWN)
    token = {"Authorization": f"Bearer {value(account, 'token')}"}
    for prefix in (DOWNLOAD, DOWNLOAD_OLD):
        url = home(account) + prefix + path(place[1], place[2])
        answered = anything_at(account, url, headers=token, redirects=True)
        if answered.status == FINE and answered.size:
            return answered.brought()
        answered.file.close()
        if answered.status != UNKNOWN:
            break
    raise refused(answered.status)
