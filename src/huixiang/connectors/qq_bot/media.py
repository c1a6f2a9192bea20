"""Files for the bot: they lie at an address of QQ's that carries its own proof and ends some time later."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, InboundFile, sort_of
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import file_at, host_of
from huixiang.connectors.payload import found, items, word

OWN: Final = (".qq.com", ".qq.com.cn", ".qpic.cn")


def named(said: Any) -> list[InboundFile]:
    """The files of a message. In channels QQ leaves out how its addresses begin."""
    files = [_file(one) for one in items(said, "attachments")]
    return [one for one in files if one]


def _file(one: Any) -> InboundFile | None:
    sort, url, size = sort_of(word(one, "content_type")), word(one, "url"), found(one, "size")
    if sort is None or not url:
        return None
    url = url if "://" in url else f"https://{url.removeprefix('//')}"
    number = size if isinstance(size, int) and not isinstance(size, bool) else 0
    return InboundFile(sort, {"url": url}, word(one, "filename"), number)


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One file, from QQ's own hosts. Raises TransportError."""
    host = host_of(reference["url"])
    if not (host.endswith(OWN) or host == host_of(value(account, "api"))):
        raise TransportError(_("The platform sent us elsewhere for it, where we do not go."), permanent=True)
    return file_at(account, reference["url"]).brought()
