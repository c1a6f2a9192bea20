"""Steering the bot: how it behaves, taking a group over, handing it back, saying the notice."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import can_send
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.channels.windows import fits
from huixiang.groupbot import events, queries
from huixiang.groupbot.answering import delivery_of, note, notice_of
from huixiang.groupbot.manner import MOST_HOURS, TIME, Manner, Tone, manner_of
from huixiang.groupbot.models import Group, Purpose, Remark, RemarkState
from huixiang.groupbot.wording import VARIABLES, checked, default_of
from huixiang.intake.commands import BOT
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership

MOST_IGNORED = 50


@transaction.atomic
def change(*, account: ChannelAccount, manner: Manner, actor: Actor) -> None:
    """Let the account's bot behave like this from now on. Journal: groupbot.changed. Raises Refused in words."""
    row = ChannelAccount.objects.select_for_update().get(id=account.id)
    before, after = manner_of(row), _tidy(manner)
    if before == after:
        return
    row.settings = {**row.settings, BOT: after.as_settings()}
    row.save(update_fields=["settings"])
    account.settings = row.settings
    what = "changed" if before.on == after.on else "on" if after.on else "off"
    record(events.BotChanged(subject=row.id, what=what), workspace_id=row.workspace_id, actor=actor)


def _tidy(manner: Manner) -> Manner:
    if manner.tone not in Tone.values:
        raise Refused(_("Choose one of the three tones."))
    if not (TIME.fullmatch(manner.quiet_from) and TIME.fullmatch(manner.quiet_until)):
        raise Refused(_("Give the quiet hours as two times, like 22:00 and 08:00."))
    if not 1 <= manner.silent_hours <= MOST_HOURS:
        raise Refused(_("Give the hours as a whole number from 1 to %(most)d.") % {"most": MOST_HOURS})
    ignores = tuple(dict.fromkeys(filter(None, (one.replace("\x00", "").strip()[:200] for one in manner.ignores))))
    return Manner(
        on=manner.on, tone=Tone(manner.tone).value, asks=manner.asks, quiet_from=manner.quiet_from,
        quiet_until=manner.quiet_until, night_answers=manner.night_answers, silent_hours=manner.silent_hours,
        ignores=ignores[:MOST_IGNORED],
        words={tone: _own(tone, dict(words)) for tone, words in manner.words.items() if tone in Tone.values},
    )  # fmt: skip


def _own(tone: str, words: dict[str, str]) -> dict[str, str]:
    """What differs from our own words; the rest goes on changing with them."""
    found = {key: checked(key, text) for key, text in words.items() if key in VARIABLES}
    return {key: text for key, text in found.items() if text and text != default_of(tone, key)}


def _group(conversation: Conversation) -> Group:
    Group.objects.get_or_create(conversation=conversation, defaults={"workspace_id": conversation.workspace_id})
    return Group.objects.select_for_update().get(conversation=conversation)


@transaction.atomic
def take_over(*, conversation: Conversation, by: Membership) -> Group:
    """Speak there in person: the bot is silent until it is handed back or nobody of the team has said a word for hours.

    What it had kept for after the quiet hours is not said. Journal: groupbot.taken_over, when it changed hands.
    """
    group = _group(conversation)
    if group.taken_at and group.taken_by_id == by.id:
        return group
    group.taken_by, group.taken_at, group.person_spoke_at = by, timezone.now(), None
    group.save(update_fields=["taken_by", "taken_at", "person_spoke_at"])
    Remark.objects.filter(conversation=conversation, state=RemarkState.WAITING).update(state=RemarkState.DROPPED)
    event = events.TakenOver(subject=conversation.id)
    record(event, workspace_id=conversation.workspace_id, actor=Actor("staff", by.id))
    return group


@transaction.atomic
def hand_back(*, conversation: Conversation, actor: Actor) -> None:
    """Let the bot speak again. Journal: groupbot.handed_back, when somebody had it."""
    group = _group(conversation)
    if group.taken_at is not None:
        _free([group], alone=False, actor=actor)


def _free(groups: Sequence[Group], *, alone: bool, actor: Actor) -> None:
    for group in groups:
        group.taken_by, group.taken_at, group.person_spoke_at = None, None, None
    Group.objects.bulk_update(groups, ["taken_by", "taken_at", "person_spoke_at"])
    by_space: dict[uuid.UUID, list[Note]] = {}
    for group in groups:
        event = events.HandedBack(subject=group.conversation_id, alone=alone)
        by_space.setdefault(group.workspace_id, []).append(Note(event, actor=actor))
    for workspace_id, notes in by_space.items():
        record_all(notes, workspace_id=workspace_id)


@transaction.atomic
def come_back() -> int:
    """Speak again where nobody of the team has said a word for the account's hours; returns in how many groups."""
    held = Group.objects.select_for_update(of=("self",), skip_locked=True).filter(taken_at__isnull=False)
    now, over = timezone.now(), []
    for group in held.select_related("conversation__account").order_by("id"):
        back = queries.back_at(group, manner_of(group.conversation.account).silent_hours)
        if back is not None and back <= now:
            over.append(group)
    _free(over, alone=True, actor=SYSTEM)
    return len(over)


def person_spoke(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> None:
    """Somebody of the team answered in these cases: where they have the group, its hours begin anew."""
    places = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids).values("conversation_id")
    held = Group.objects.filter(workspace_id=workspace_id, conversation_id__in=places, taken_at__isnull=False)
    held.update(person_spoke_at=timezone.now())


@transaction.atomic
def say_notice(*, conversation: Conversation, actor: Actor) -> None:
    """Say the notice in a group now, because a person wants it. Journal: groupbot.spoke.

    Raises Refused where the bot is off, or the channel takes no answer there now.
    """
    account = conversation.account
    if not manner_of(account).on or not can_send(account.kind):
        raise Refused(_("Switch the bot on first."))
    words = notice_of(manner_of(account), conversation.workspace)
    fits(conversation, account.kind, words)
    group = _group(conversation)
    remark = Remark(
        id=new_id(), workspace_id=conversation.workspace_id, conversation=conversation, purpose=Purpose.NOTICE
    )
    remark.delivery = delivery_of(remark, words)
    queue_deliveries([remark.delivery])
    remark.save()
    group.introduced_at = timezone.now()
    group.save(update_fields=["introduced_at"])
    note(conversation.workspace_id, [remark], actor)
