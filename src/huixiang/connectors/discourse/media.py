"""Uploads of a post: by the short names Discourse writes into its text. What lies elsewhere in the net is none."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import TransportError
from huixiang.channels.files import Brought, FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.downloads import file_at

UPLOAD: Final = re.compile(
    r"(!?)\[([^\]|\n]{0,200})(?:\|([^\]\n]{0,80}))?\]\(upload://([A-Za-z0-9]{5,40}\.[A-Za-z0-9]{1,8})[^)\n]{0,120}\)"
)
FILMS, VOICES = frozenset({".mp4", ".mov", ".m4v", ".webm"}), frozenset({".mp3", ".ogg", ".wav", ".m4a"})


def named(raw: str) -> list[InboundFile]:
    """The uploads in a post's text, each once."""
    files: dict[str, InboundFile] = {}
    for sign, name, _size, short in UPLOAD.findall(raw):
        ending = PurePosixPath(short).suffix.lower()
        if ending in VOICES:
            continue
        sort = FileSort.FILM if ending in FILMS else FileSort.PICTURE if sign else FileSort.FILE
        shown = name if name.lower().endswith(ending) else f"{name}{ending}" if name else ""
        files.setdefault(short, InboundFile(sort, {"short": short}, shown))
    return list(files.values())


def fetched(account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
    """One upload. The forum may keep it with another host, which is not told the key. Raises TransportError."""
    headers = {"Api-Key": value(account, "api_key"), "Api-Username": value(account, "username")}
    url = f"{value(account, 'site').rstrip('/')}/uploads/short-url/{reference['short']}"
    answered = file_at(account, url, headers=headers, redirects=True)
    if answered.media_type == "text/html":  # a page for signing in, or one that says that there is none
        answered.file.close()
        sentence = _("The forum shows a page instead of the file: may its user see the post?")
        raise TransportError(sentence, permanent=True)
    return answered.brought()
