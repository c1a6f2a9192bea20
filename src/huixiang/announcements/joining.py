"""Thanks, notices and answers go along when two members become one: one of each for an announcement."""

from huixiang.announcements.models import Answer, Credit, Notice
from huixiang.members.traces import Move


def _earlier(source: Credit, target: Credit) -> bool:
    return source.position < target.position


def _later(source: Answer, target: Answer) -> bool:
    return source.at > target.at


MOVES = [
    Move("credits", Credit, once="announcement_id", better=_earlier),
    Move("notices", Notice, once="announcement_id"),
    Move("answers", Answer, once="announcement_id", better=_later),
]
