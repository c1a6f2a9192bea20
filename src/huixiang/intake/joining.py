"""Which messages and codes go along when two members become one, or an identity its own."""

from django.db.models import Q

from huixiang.intake.models import Attachment, FollowCode, Message
from huixiang.members.models import Identity
from huixiang.members.traces import Move


def _sent_by(identity: Identity) -> Q:
    written = Message.objects.filter(
        workspace_id=identity.workspace_id, account_id=identity.account_id, author_id=identity.external_id
    )
    return Q(message_id__in=written.values("id"))


MOVES = [
    Move("messages", Message, parted=lambda i: Q(account=i.account, author_id=i.external_id)),
    Move("files", Attachment, parted=_sent_by),
    Move("codes", FollowCode),
]
