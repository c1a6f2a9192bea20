"""Finding messages."""

import datetime
import uuid
from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone

from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.intake.models import FollowCode, ImportRefusal, ImportRun, Message, MessageState
from huixiang.kernel import pagination
from huixiang.kernel.crypto import keyed_hash
from huixiang.kernel.ids import tidy_code
from huixiang.workspaces.models import Workspace


def by_state(
    *, workspace: Workspace, states: list[str], cursor: str = "", size: int = 50
) -> pagination.Page[Message]:
    """Messages in these states, newest first, with account and member."""
    found = Message.objects.filter(workspace=workspace, state__in=states).select_related("account", "member")
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        when = place[0]
        found = found.filter(received_at__lte=when).exclude(received_at=when, id__gte=place[1])
    rows = list(found.order_by("-received_at", "-id")[: size + 1])
    return pagination.cut(rows, size, "received_at", "id")


def counts(workspace: Workspace) -> dict[str, int]:
    """How many messages wait, are parked, or were not feedback."""
    states = (MessageState.PENDING, MessageState.PARKED, MessageState.NOISE)
    return {str(state): Message.objects.filter(workspace=workspace, state=state).count() for state in states}


def message_by_id(*, workspace_id: uuid.UUID, message_id: uuid.UUID) -> Message | None:
    """One message of the workspace."""
    return Message.objects.filter(workspace_id=workspace_id, id=message_id).select_related("account").first()


def messages_of_feedback(*, workspace_id: uuid.UUID, feedback_id: uuid.UUID) -> list[Message]:
    """The messages a feedback is made of, oldest first."""
    found = Message.objects.filter(workspace_id=workspace_id, feedback_id=feedback_id)
    return list(found.select_related("account").order_by("sent_at", "id"))


def said_in_conversation(*, conversation: Conversation) -> list[Message]:
    """What was said in a conversation, oldest first, also what is not read yet or could not be.

    Only reading puts a message into its conversation; what was not read is looked for where it waits.
    """
    messages = Message.objects.filter(workspace_id=conversation.workspace_id)
    unread = messages.filter(conversation=None, account_id=conversation.account_id, thread=conversation.external_id)
    waiting, parked = (unread.filter(state=state) for state in (MessageState.PENDING, MessageState.PARKED))
    found = messages.filter(conversation=conversation).union(waiting, parked, all=True)
    return list(found.order_by("sent_at", "id"))


def follow(*, workspace: Workspace, typed: str) -> FollowCode | None:
    """What a follow code leads to in this community; None for a wrong code."""
    code = tidy_code(typed)
    if not code:
        return None
    found = FollowCode.objects.filter(workspace=workspace, code_hash=keyed_hash("follow code", code))
    return found.select_related("conversation__account", "member").first()


def follow_by_id(*, workspace: Workspace, follow_id: uuid.UUID) -> FollowCode | None:
    """A follow code that was entered before, by its id."""
    found = FollowCode.objects.filter(workspace=workspace, id=follow_id)
    return found.select_related("conversation__account", "member").first()


def workspaces_with_pending(*, older_than: datetime.timedelta) -> list[uuid.UUID]:
    """Workspaces where a message has waited longer than this: their wake-up was lost."""
    waiting = Message.objects.filter(state=MessageState.PENDING, received_at__lt=timezone.now() - older_than)
    return list(waiting.values_list("workspace_id", flat=True).distinct())


def import_runs(workspace: Workspace, limit: int = 20) -> list[ImportRun]:
    """The latest imports."""
    runs = ImportRun.objects.filter(workspace=workspace).select_related("account")
    return list(runs.order_by("-created_at")[:limit])


def import_run(*, workspace_id: uuid.UUID, run_id: uuid.UUID) -> ImportRun | None:
    """One import."""
    return ImportRun.objects.filter(workspace_id=workspace_id, id=run_id).select_related("account").first()


def refusals(*, run: ImportRun, limit: int = 50) -> list[ImportRefusal]:
    """The first refused rows of an import."""
    return list(run.refusals.order_by("row")[:limit])


def every_refusal(*, run: ImportRun) -> Iterator[ImportRefusal]:
    """All of them, a few at a time."""
    return run.refusals.order_by("row").iterator(chunk_size=1_000)


def oldest_pending() -> datetime.datetime | None:
    """Since when the longest waiting message of the installation waits."""
    waiting = Message.objects.filter(state=MessageState.PENDING).order_by("received_at")
    return waiting.values_list("received_at", flat=True).first()


def states_of_account(*, account: ChannelAccount) -> dict[str, int]:
    """How many messages of one source are in each state."""
    counted = Message.objects.filter(account=account).values_list("state")
    return dict(counted.annotate(number=Count("id")))
