"""Which messages and codes go along when two members become one, or an identity its own."""

from django.db.models import Q

from huixiang.intake.models import FollowCode, Message
from huixiang.members.traces import Move

MOVES = [
    Move("messages", Message, parted=lambda i: Q(account=i.account, author_id=i.external_id)),
    Move("codes", FollowCode),
]
