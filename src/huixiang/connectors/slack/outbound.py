"""Slack: what the connector is, and answers by the Web API.

Slack takes no id of ours with a message, so a line that breaks after the request leaves the outcome unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import (
    Call,
    Connector,
    Heard,
    Hears,
    Limit,
    Paste,
    Per,
    Setting,
    Sort,
    TransportError,
)  # fmt: skip
from huixiang.channels.files import Brought
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.connectors.http import api_address
from huixiang.connectors.http import call as called
from huixiang.connectors.slack import media
from huixiang.connectors.slack.inbound import check_signature, heard, ids_of

REVOKED: Final = {
    "account_inactive", "ekm_access_denied", "invalid_auth", "missing_scope", "no_permission", "not_authed",
    "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
}  # fmt: skip
NOT_THERE: Final = {"channel_not_found", "is_archived", "not_in_channel", "user_disabled", "user_not_found"}
PERHAPS: Final = {"fatal_error", "internal_error"}  # part of it may have been done, says Slack
LATER: Final = {"ratelimited", "rate_limited", "request_timeout", "service_unavailable", "team_added_to_org"}
KEPT_SECONDS: Final = 24 * 3600  # the channel between the bot and a person does not change


class SlackConnector(Connector):
    """A bot in a Slack workspace."""

    kind = "slack"
    label = gettext_lazy("Slack")
    hears = Hears.CALLS
    form = (
        Setting(
            "signing_secret", gettext_lazy("Signing secret"), gettext_lazy("Basic information → App credentials"),
            Sort.SECRET,
        ),
        Setting(
            "bot_token", gettext_lazy("Bot token"), gettext_lazy("OAuth & permissions; begins with xoxb-"), Sort.SECRET,
            pattern=r"xox[a-z]-[A-Za-z0-9-]+",
        ),
        api_address("https://slack.com/api"),
    )  # fmt: skip
    limits = (Limit(1, 1.0, Per.PLACE), Limit(200, 60.0))
    longest = 4000
    keeps_files = True

    def can_post(self) -> bool:
        """Into channels the bot was invited to."""
        return True

    def hear(self, account: ChannelAccount, call: Call) -> Heard:
        """An event, the check of the address, or a slash command."""
        check_signature(account, call)
        return heard(call)

    def send(self, delivery: Delivery) -> DeliveryState:
        """Post it: to a person in their channel with the bot, into a group in the thread of what is answered."""
        account = delivery.account
        channel = delivery.conversation.external_id if delivery.into_group and delivery.conversation else ""
        channel = channel or self._with(account, delivery.recipient)
        body = {"channel": channel, "text": escaped(delivery.words), "mrkdwn": False, "unfurl_links": False}
        thread = _thread(delivery, channel)
        self._said(account, "chat.postMessage", {**body, "thread_ts": thread} if thread else body)
        return DeliveryState.DELIVERED

    def fetch_file(self, account: ChannelAccount, reference: Mapping[str, str]) -> Brought:
        """A file that lies with Slack; takes the scope files:read."""
        return media.fetched(account, reference)

    def check(self, account: ChannelAccount) -> str:
        """The bot's name and its workspace."""
        said = self._said(account, "auth.test", {}, safe_again=True)
        return f"{said.get('user', '')} · {said.get('team', '')}"

    def to_paste(self, account: ChannelAccount, address: str) -> Sequence[Paste]:  # noqa: ARG002 - the contract
        """The address for events, and for a slash command if there is one."""
        return (
            Paste(gettext_lazy("Event subscriptions → Request URL"), address),
            Paste(gettext_lazy("Slash commands → Request URL"), address),
            Paste(
                gettext_lazy("Bot events to subscribe to"),
                "app_mention, message.channels, message.groups, message.im, message.mpim",
            ),
            Paste(
                gettext_lazy("Bot token scopes"),
                "app_mentions:read, channels:history, chat:write, files:read, groups:history, im:history, im:write, "
                "mpim:history",
            ),
        )  # fmt: skip

    def _with(self, account: ChannelAccount, person: str) -> str:
        """The channel between the bot and a person, opened when it is not yet."""
        key = f"slack:{account.id}:{person}"
        kept = cache.get(key)
        if kept is None:
            said = self._said(account, "conversations.open", {"users": person}, safe_again=True)
            kept = str((said.get("channel") or {}).get("id", ""))
            cache.set(key, kept, KEPT_SECONDS)
        return str(kept)

    def _said(self, account: ChannelAccount, method: str, body: dict[str, Any], *, safe_again: bool = False) -> Any:
        headers = {"Authorization": f"Bearer {value(account, 'bot_token')}"}
        address = f"{value(account, 'api').rstrip('/')}/{method}"
        _status, said = called(account, "POST", address, json_body=body, headers=headers, safe_again=safe_again)
        if isinstance(said, dict) and said.get("ok") is True:
            return said
        raise refusal(str(said.get("error", "")) if isinstance(said, dict) else "")


def refusal(code: str) -> TransportError:
    """What a refusal of Slack means."""
    if code in REVOKED:
        return TransportError(_("Slack no longer accepts the bot token (%(code)s).") % {"code": code}, pauses=True)
    if code in NOT_THERE:
        sentence = _("Slack does not find the person or channel, or the bot is not in it (%(code)s).")
        return TransportError(sentence % {"code": code}, permanent=True)
    if code in PERHAPS:
        return TransportError(
            _("Slack stumbled; the message may have gone out (%(code)s).") % {"code": code}, unknown=True
        )
    if code in LATER:
        return TransportError(_("Slack asks us to wait (%(code)s).") % {"code": code}, again_in=60)
    return TransportError(_("Slack refused: %(code)s") % {"code": code or "?"}, permanent=True)


def escaped(text: str) -> str:
    """The three signs Slack reads as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _thread(delivery: Delivery, channel: str) -> str:
    """The thread to answer in: in a group always, between two only when they began one; "" for none."""
    answered = ids_of(delivery.in_reply_to)
    if answered is None or answered.channel != channel:
        return ""
    return answered.thread or (answered.ts if delivery.into_group else "")
