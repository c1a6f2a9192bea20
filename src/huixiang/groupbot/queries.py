"""Reading: how far things are, which groups there are."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db.models import Q

from huixiang.cases import way
from huixiang.cases.models import Case
from huixiang.channels.contracts import Hears, connectors
from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.feedback.models import Feedback
from huixiang.groupbot.models import Group, Remark
from huixiang.themes.models import Theme

SHOWN: Final = 3  # feedbacks of one member that 进度 tells of


def latest_said(
    *, workspace_id: uuid.UUID, wanted: Iterable[tuple[uuid.UUID, Conversation]]
) -> dict[tuple[uuid.UUID, uuid.UUID], list[Feedback]]:
    """By member and place, the latest feedbacks that may be named there: one statement.

    In a group those said in it or in public: what somebody said elsewhere is no business of its. In private all.
    """
    pairs = list(wanted)
    may = Q()
    for member_id, place in pairs:
        may |= Q(member_id=member_id) & (Q(conversation=place) | Q(public=True) if place.group else Q())
    if not pairs:
        return {}
    rows = Feedback.objects.filter(may, workspace_id=workspace_id, removed_at=None).defer("embedding", "search")
    found: dict[tuple[uuid.UUID, uuid.UUID], list[Feedback]] = {(member, place.id): [] for member, place in pairs}
    for row in rows.order_by("-said_at", "-id")[: 20 * SHOWN * len(pairs)]:
        for member_id, place in pairs:
            here = not place.group or row.public or row.conversation_id == place.id
            told = found[member_id, place.id]
            if row.member_id == member_id and here and len(told) < SHOWN and row not in told:
                told.append(row)
    return found


def steps_of(feedbacks: Sequence[Feedback]) -> Mapping[uuid.UUID, str]:
    """How far each feedback is, in the community's words: two statements. A hidden theme's version is not told."""
    themes = Theme.objects.defer("centre").in_bulk([one.theme_id for one in feedbacks if one.theme_id])
    cases = Case.objects.in_bulk([one.case_id for one in feedbacks if one.case_id])
    told = {}
    for one in feedbacks:
        theme = themes.get(one.theme_id) if one.theme_id else None
        case = cases.get(one.case_id) if one.case_id else None
        present = way.status(feedback=one, case=case, theme=theme)
        told[one.id] = way.word(present, theme if theme and theme.public else None)
    return told


def accounts_with_groups(workspace_id: uuid.UUID) -> list[ChannelAccount]:
    """Accounts a bot can be in: those that hear groups or have heard one, and can be answered."""
    able = [kind for kind, by in connectors().items() if by.can_send()]
    posting = [kind for kind in able if connectors()[kind].can_post() and connectors()[kind].hears != Hears.NOTHING]
    heard = Conversation.objects.filter(workspace_id=workspace_id).exclude(group="").values("account_id")
    found = ChannelAccount.objects.filter(Q(kind__in=posting) | Q(id__in=heard), workspace_id=workspace_id)
    return list(found.filter(kind__in=able).order_by("name", "id"))


def groups_of(account: ChannelAccount) -> list[tuple[Conversation, Group | None]]:
    """The groups of an account by name, each with what its bot knows of it: two statements."""
    places = list(Conversation.objects.filter(account=account).exclude(group="").order_by("group", "id")[:200])
    known = {
        one.conversation_id: one
        for one in Group.objects.filter(conversation__in=places).select_related("taken_by__user")
    }
    return [(place, known.get(place.id)) for place in places]


def group_by_id(*, workspace_id: uuid.UUID, conversation_id: uuid.UUID) -> Conversation | None:
    """One group of the workspace."""
    found = Conversation.objects.filter(workspace_id=workspace_id, id=conversation_id).exclude(group="")
    return found.select_related("account", "account__workspace").first()


def state_of(conversation: Conversation) -> Group | None:
    """What the bot knows of a group, with who has taken over."""
    return Group.objects.filter(conversation=conversation).select_related("taken_by__user").first()


def silence_about(case: Case) -> str:
    """Why the bot said nothing in the group to what a case is about, in a sentence; "" where there is nothing to tell.

    One statement.
    """
    feedbacks = Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id)
    kept = Remark.objects.filter(workspace_id=case.workspace_id, feedback_id__in=feedbacks.values("id"))
    last = kept.exclude(why="").order_by("-at").first()
    return str(last.get_why_display()) if last else ""


def back_at(group: Group, silent_hours: int) -> datetime.datetime | None:
    """When the bot speaks again by itself in a group somebody has taken over; None when nobody has."""
    if group.taken_at is None:
        return None
    return max(group.taken_at, group.person_spoke_at or group.taken_at) + datetime.timedelta(hours=silent_hours)
