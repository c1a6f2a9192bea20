"""What was said goes along when two members become one, or an identity its own."""

from django.db.models import Q

from huixiang.feedback.models import Feedback
from huixiang.feedback.standing import remember
from huixiang.intake.models import Message
from huixiang.members.models import NEVER, Identity
from huixiang.members.traces import Move, Moved


def _said_by(identity: Identity) -> Q:
    written = Message.objects.filter(
        workspace_id=identity.workspace_id, account_id=identity.account_id, author_id=identity.external_id
    )
    return Q(id__in=written.exclude(feedback_id=None).values("feedback_id"))


MOVES = [Move("feedback", Feedback, parted=_said_by)]


def after_moving(moved: Moved) -> None:
    """Both have the mood of what they said themselves."""
    remember(workspace_id=moved.workspace_id, heard=dict.fromkeys(moved.member_ids, NEVER))
