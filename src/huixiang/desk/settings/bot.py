"""How the bots of a workspace's channels behave in groups, and who speaks there."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.desk import access
from huixiang.groupbot import actions, queries
from huixiang.groupbot.answering import notice_of
from huixiang.groupbot.manner import Manner, Tone, manner_of, quiet_until
from huixiang.groupbot.wording import LABELS, VARIABLES, default_of, template_of
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


def _address(membership: Membership, account: ChannelAccount | None = None) -> str:
    base = reverse("desk:settings_bot", args=[membership.workspace.slug])
    return f"{base}?account={account.slug}" if account else base


@access.page()
def bot(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The settings of one account's bot, and its groups."""
    accounts = queries.accounts_with_groups(membership.workspace_id)
    wanted = request.GET.get("account", "")
    account = next((one for one in accounts if one.slug == wanted), accounts[0] if accounts else None)
    context: dict[str, Any] = {"accounts": accounts, "account": account, "tones": Tone.choices}
    if account is not None:
        manner = manner_of(account)
        tone = request.GET.get("tone", "")
        tone = tone if tone in Tone.values else manner.tone
        context |= {
            "quiet": quiet_until(manner, membership.workspace.time_zone, timezone.now()),
            "manner": manner, "tone": tone, "tone_word": Tone(tone).label, "ignores": "\n".join(manner.ignores),
            "words": [_field(manner, key, tone) for key in VARIABLES],
            "notice": notice_of(manner, membership.workspace), "groups": _groups(account, manner),
        }  # fmt: skip
    return access.shown(request, membership, "desk/settings/bot.html", "settings", tab="settings_bot", **context)


def _field(manner: Manner, key: str, tone: str) -> dict[str, Any]:
    text = template_of(manner, key, tone)
    return {
        "key": key, "label": LABELS[key], "text": text, "own": text != default_of(tone, key),
        "variables": [f"{{{name}}}" for name in VARIABLES[key]],
    }  # fmt: skip


def _groups(account: ChannelAccount, manner: Manner) -> list[dict[str, Any]]:
    found = []
    for place, known in queries.groups_of(account):
        back = queries.back_at(known, manner.silent_hours) if known else None
        found.append({"place": place, "known": known, "back_at": back})
    return found


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership, slug: str) -> HttpResponse:
    """Keep how an account's bot behaves; the words are those of the tone the page showed."""
    accounts = queries.accounts_with_groups(membership.workspace_id)
    account = access.found(next((one for one in accounts if one.slug == slug), None))
    before, shown = manner_of(account), request.POST.get("shown_tone", "")
    words = {tone: dict(own) for tone, own in before.words.items()}
    if shown in Tone.values:
        words[shown] = {key: request.POST.get(f"words-{key}", "") for key in VARIABLES}
    manner = Manner(
        on="on" in request.POST, tone=request.POST.get("tone", ""), asks="asks" in request.POST,
        quiet_from=request.POST.get("quiet_from", ""), quiet_until=request.POST.get("quiet_until", ""),
        night_answers="night_answers" in request.POST, silent_hours=_hours(request.POST.get("silent_hours", "")),
        ignores=tuple(request.POST.get("ignores", "").splitlines()), words=words,
    )  # fmt: skip
    actions.change(account=account, manner=manner, actor=access.actor(membership))
    return access.done(request, _("Saved."), _address(membership, account))


def _hours(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004 - so many digits


@access.verb(Permission.REPLY)
def group(request: HttpRequest, membership: Membership, conversation_id: uuid.UUID) -> HttpResponse:
    """Take a group over, hand it back to the bot, or say the notice there."""
    place: Conversation = access.found(
        queries.group_by_id(workspace_id=membership.workspace_id, conversation_id=conversation_id)
    )
    wanted, actor = request.POST.get("act", ""), access.actor(membership)
    if wanted == "take":
        actions.take_over(conversation=place, by=membership)
        said = _("You speak in “%(group)s” now, the bot is silent there.") % {"group": place.group}
    elif wanted == "back":
        actions.hand_back(conversation=place, actor=actor)
        said = _("The bot speaks in “%(group)s” again.") % {"group": place.group}
    elif wanted == "notice":
        actions.say_notice(conversation=place, actor=actor)
        said = _("The notice is on its way to “%(group)s”.") % {"group": place.group}
    else:
        raise Refused(_("Choose what to do."))
    return access.done(request, said, access.back(request, _address(membership, place.account)))
