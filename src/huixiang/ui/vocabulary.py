"""The product's fixed vocabulary as people read it: grades, tiers, steps of the way, channels.

Each table maps the stored value to (what the styles need, the word); words are gettext msgids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise


class Step(NamedTuple):
    """A step of a feedback's public way: how many of the six cells are filled, and the word."""

    cells: int
    word: Promise | str
    modifier: str = ""


GRADES: Final[dict[str, Promise | str]] = {
    "red": pgettext_lazy("grade", "Red"),
    "orange": pgettext_lazy("grade", "Orange"),
    "yellow": pgettext_lazy("grade", "Yellow"),
    "blue": pgettext_lazy("grade", "Blue"),
}

TIERS: Final[dict[str, tuple[str, Promise | str]]] = {
    "core": ("core", _("Core KOC")),
    "koc": ("koc", _("KOC")),
    "active": ("", pgettext_lazy("tier", "Active")),
    "plain": ("plain", pgettext_lazy("tier", "Member")),
}

STEPS: Final[dict[str, Step]] = {
    "received": Step(1, pgettext_lazy("way", "Received")),
    "assessed": Step(2, pgettext_lazy("way", "Assessed")),
    "dialogue": Step(3, pgettext_lazy("way", "In dialogue")),
    "fixing": Step(4, pgettext_lazy("way", "Being fixed")),
    "fixed": Step(5, pgettext_lazy("way", "Fixed"), "done"),
    "announced": Step(6, pgettext_lazy("way", "Announced"), "done"),
    "declined": Step(0, pgettext_lazy("way", "Declined"), "no"),
}

CHANNELS: Final[dict[str, tuple[str, Promise | str]]] = {
    "api": ("device-mobile", pgettext_lazy("channel", "API")),
    "portal": ("world", pgettext_lazy("channel", "Portal")),
    "email": ("mail", pgettext_lazy("channel", "E-mail")),
    "app_reviews": ("star", pgettext_lazy("channel", "App Store reviews")),
    "feishu": ("feather", pgettext_lazy("channel", "Feishu")),
    "feishu_group": ("messages", pgettext_lazy("channel", "Feishu group")),
    "feed": ("world", pgettext_lazy("channel", "Feed")),
    "matrix": ("brand-matrix", "Matrix"),
    "import": ("file-import", pgettext_lazy("channel", "Import")),
    "notes": ("phone", pgettext_lazy("channel", "Notes")),
    "webhook": ("webhook", pgettext_lazy("channel", "Webhook")),
    "wechat_oa": ("brand-wechat", pgettext_lazy("channel", "WeChat official account")),
    "wecom_app": ("building", pgettext_lazy("channel", "WeCom application")),
    "wecom_group": ("messages", pgettext_lazy("channel", "WeCom group")),
    "wecom_kf": ("message-circle", pgettext_lazy("channel", "WeCom customer service")),
    "dingtalk": ("bolt", pgettext_lazy("channel", "DingTalk")),
    "dingtalk_group": ("messages", pgettext_lazy("channel", "DingTalk group")),
    "wecom_bot": ("robot", pgettext_lazy("channel", "WeCom bot")),
    "slack": ("brand-slack", "Slack"),
    "telegram": ("brand-telegram", "Telegram"),
    "discord": ("brand-discord", "Discord"),
    "qq_bot": ("brand-qq", pgettext_lazy("channel", "QQ bot")),
    "discourse": ("messages", pgettext_lazy("channel", "Discourse forum")),
    "weibo": ("brand-weibo", pgettext_lazy("channel", "Weibo messages")),
}
