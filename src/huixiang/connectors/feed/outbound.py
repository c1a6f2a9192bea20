"""Feeds: what the connector is. Nobody can be answered by it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Asked, Connector, Hears, Setting, Sort
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.feed.fetching import fetched
from huixiang.connectors.feed.inbound import messages, parsed, words


class FeedConnector(Connector):
    """A feed that is asked every ten minutes."""

    kind = "feed"
    label = _("RSS or Atom feed")
    hears = Hears.ASKING
    asks_every = 600
    form = (
        Setting("feed", _("Address of the feed"), _("Ends in .xml, /feed or /rss, most often"), Sort.ADDRESS),
    )  # fmt: skip

    def can_send(self) -> bool:
        """Never: a feed is only read."""
        return False

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """The entries of the feed if it has changed; what is known already is told by its guid.

        Raises TransportError.
        """
        address = value(account, "feed")
        same = cursor.get("feed") == address  # another feed has other marks
        found = fetched(account, address, cursor if same else {})
        kept = {**found.marks, "feed": address}
        if found.body is None:
            return Asked((), kept)
        feed = parsed(found.body, media_type=found.media_type, address=found.address)
        return Asked(messages(feed), kept)

    def check(self, account: ChannelAccount) -> str:
        """The title of the feed. Raises TransportError."""
        found = fetched(account, value(account, "feed"), {})
        feed = parsed(found.body or b"", media_type=found.media_type, address=found.address)
        return words(str(feed.feed.get("title", "")))[:80] or value(account, "feed")
