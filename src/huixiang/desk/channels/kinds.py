"""The kinds of channel as the desk offers them: what each is in a sentence, which way it carries, where it begins."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from huixiang.channels.contracts import Connector, Hears, connectors
from huixiang.desk.channels.guides import guide_of
from huixiang.workspaces.models import Workspace

BY_NAME: Final = ("api", "email")  # opened with nothing but a name, while their connector asks for no settings
ELSEWHERE: Final = {"import": "desk:import", "notes": "desk:notes", "webhook": "desk:settings_webhooks"}
FIRST: Final = (
    "wechat_oa", "wecom_kf", "wecom_app", "wecom_bot", "feishu", "dingtalk", "qq_bot", "email", "telegram", "slack",
    "discord", "matrix", "discourse",
)  # fmt: skip
"""Where communities mostly are; whatever else is declared follows, what only sends last."""
NO_COMMENTS: Final = gettext_lazy(
    "No open interface to comments. Import a table of them: a file of an export tool is recognised by its columns."
)
WITHOUT_INTERFACE: Final[tuple[tuple[str, Promise, Promise], ...]] = (
    (
        "brand-wechat", gettext_lazy("Personal WeChat groups"),
        gettext_lazy("WeChat has no interface to them. Export the chat as text and import the file."),
    ),
    ("book", gettext_lazy("Xiaohongshu comments"), NO_COMMENTS),
    ("device-mobile", gettext_lazy("Douyin comments"), NO_COMMENTS),
    ("brand-weibo", gettext_lazy("Weibo comments"), NO_COMMENTS),
    ("device-desktop", gettext_lazy("Bilibili comments"), NO_COMMENTS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind to choose: `address` is where connecting it begins."""

    kind: str
    label: str
    sentence: str
    comes_in: bool
    goes_out: bool
    address: str


def guided(by: Connector) -> bool:
    """Whether an account of this kind is connected here, with a form or by its name alone."""
    return bool(by.form) or by.kind in BY_NAME


def choices(workspace: Workspace) -> tuple[list[Kind], list[Kind]]:
    """What can be connected: platforms first, then files, notes and signed calls, which have pages of their own."""
    found = [by for by in connectors().values() if by.kind != "portal" and (guided(by) or by.kind in ELSEWHERE)]
    shown = sorted((_kind(by, workspace) for by in found), key=_place)
    here = [one for one in shown if guided(connectors()[one.kind])]
    return here, [one for one in shown if one not in here]


def _place(one: Kind) -> tuple[int, bool, bool, str]:
    known = FIRST.index(one.kind) if one.kind in FIRST else len(FIRST)
    return known, not one.comes_in, not one.goes_out, one.label


def carries(by: Connector) -> tuple[bool, bool]:
    """Whether messages come in by this kind, and whether answers go out, by the account's settings at least."""
    comes = by.hears != Hears.NOTHING or type(by).hears_by is not Connector.hears_by or not by.form
    return comes, by.can_send() or type(by).sends_for is not Connector.sends_for


def _kind(by: Connector, workspace: Workspace) -> Kind:
    page = reverse("desk:channel_connect", args=[workspace.slug]) + f"?kind={by.kind}"
    if not guided(by):
        page = reverse(ELSEWHERE[by.kind], args=[workspace.slug])
    comes_in, goes_out = carries(by)
    return Kind(by.kind, str(by.label), guide_of(by).sentence, comes_in, goes_out, page)
