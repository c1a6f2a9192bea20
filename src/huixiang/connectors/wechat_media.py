"""Files as Tencent's platforms keep them: three days, under an id, handed out to who has the access token."""

import datetime
import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.connectors.downloads import FINE, Answered, anything_at, file_at, host_of, refused
from huixiang.connectors.wechat_api import STALE, Line, address, trouble

PATH: Final = "/cgi-bin/media/get"
KEPT: Final = datetime.timedelta(days=3)
GONE: Final = frozenset({40007, 40004})  # an id that is none, or no longer one
SORTS: Final[Mapping[str, FileSort]] = {
    "image": FileSort.PICTURE, "video": FileSort.FILM, "shortvideo": FileSort.FILM, "file": FileSort.FILE,
}  # fmt: skip
"""What can be kept; voice is only named."""
FILM_AT: Final = ("video_url", "down_url")  # WeChat hands films out at an address of their own


def named(kind: str, media_id: str, at: datetime.datetime, name: str = "") -> list[InboundFile]:
    """The file of a message of this kind, sent at that time; none for what cannot be kept."""
    if kind not in SORTS or not media_id:
        return []
    return [InboundFile(SORTS[kind], {"media_id": media_id}, name, until=at + KEPT)]


def fetched(line: Line, reference: Mapping[str, str]) -> Brought:
    """One file. A token that is refused is fetched anew, once. Raises TransportError."""
    token = line.token()
    answered = _asked(line, token, reference["media_id"])
    said = _said(answered)
    if said.get("errcode") in STALE:
        answered.file.close()
        answered = _asked(line, line.token(refused=token), reference["media_id"])
        said = _said(answered)
    if answered.status == FINE and not said:
        return answered.brought()
    answered.file.close()
    return _elsewhere(line, answered.status, said)


def _asked(line: Line, token: str, media_id: str) -> Answered:
    params = {"access_token": token, "media_id": media_id}
    return anything_at(line.account, address(line.account, PATH), params=params)


def _said(answered: Answered) -> dict[str, Any]:
    """What the platform says instead of handing a file out: {} when this is the file."""
    beginning = answered.beginning()
    if not beginning.lstrip().startswith(b"{"):
        return {}
    try:
        said = json.loads(beginning)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and ("errcode" in said or any(one in said for one in FILM_AT)) else {}


def _elsewhere(line: Line, status: int, said: Mapping[str, Any]) -> Brought:
    """A film from the address that was told for it. Raises TransportError with what was refused."""
    url = next((said[one] for one in FILM_AT if isinstance(said.get(one), str)), "")
    if url:  # the older documentation says http; what carries no proof of who asks must at least not be changed
        return file_at(line.account, url.replace("http://", "https://", 1) if _is_old(url) else url).brought()
    if said.get("errcode") in GONE:
        sentence = _("The platform no longer has it: it keeps files for three days (%(code)d).")
        raise TransportError(sentence % {"code": said["errcode"]}, permanent=True)
    raise trouble(said, line.codes) if said else refused(status)


def _is_old(url: str) -> bool:
    return url.startswith("http://") and host_of(url).endswith(".qq.com")
