"""Files beside turns: finding them, and the links for channels that carry none."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.core import signing

from huixiang.cases.models import Case, Turn
from huixiang.channels.contracts import LINK, carries
from huixiang.channels.models import Delivery
from huixiang.intake.attachments.queries import of_conversation_parts, of_turn
from huixiang.intake.models import Attachment

SALT = "huixiang.shared-file"
LINK_LIVES = 180 * 24 * 3600  # seconds


def put_files(turns: Sequence[Turn], *, awaited: bool = False) -> None:
    """Give every turn its files as `files`: one statement, none when there are no turns.

    `awaited`: those too that still lie with their platform, which only the team is shown.
    """
    if not turns:
        return
    messages, ids = [turn.message_id for turn in turns], [turn.id for turn in turns]
    found = of_conversation_parts(message_ids=messages, turn_ids=ids, awaited=awaited)
    for turn in turns:
        turn.files = [*found.get(turn.message_id or turn.id, []), *(found.get(turn.id, []) if turn.message_id else [])]


def turn_of(turn_id: uuid.UUID) -> Turn | None:
    """The turn a file goes with, and its case."""
    return Turn.objects.filter(id=turn_id).select_related("case").first()


def of_delivery(delivery: Delivery) -> list[Attachment]:
    """What goes out with a delivery."""
    turn = Turn.objects.filter(delivery=delivery).only("id").first()
    return of_turn(turn.id) if turn else []


def links_beside(text: str, *, case: Case, kind: str, attachments: Sequence[Attachment]) -> str:
    """The text with a personal link to each file where the channel carries none itself."""
    if not attachments or carries(kind) != LINK:
        return text
    return "\n".join([text, "", *(f"{one.name}: {_link(case, one)}" for one in attachments)])


def _link(case: Case, attachment: Attachment) -> str:
    token = signing.dumps(str(attachment.id), salt=SALT)
    return f"{settings.PUBLIC_URL}/c/{case.workspace.slug}/files/shared/{token}/"


def shared_id(token: str) -> uuid.UUID | None:
    """The file a personal link leads to, for half a year; None for every other token."""
    try:
        return uuid.UUID(signing.loads(token, salt=SALT, max_age=LINK_LIVES))
    except (signing.BadSignature, ValueError):
        return None


def move_files(*, from_id: uuid.UUID, turn: Turn) -> None:
    """Let files that waited with an answer belong to what it became. One statement."""
    Attachment.objects.filter(workspace_id=turn.workspace_id, turn_id=from_id).update(turn_id=turn.id)
