"""The order of the inbox in one number: the grade first, then what is due soonest, then the oldest."""

import datetime

from huixiang.feedback.models import GRADE_RANK

GRADE_STEP = 10**12  # more than any POSIX time in seconds
NOTHING_DUE = 10**11  # behind whatever is due


def urgency(grade: str, due_at: datetime.datetime | None, opened_at: datetime.datetime) -> int:
    """Smaller is more urgent."""
    seconds = int(due_at.timestamp()) if due_at else NOTHING_DUE + int(opened_at.timestamp())
    return GRADE_RANK[grade] * GRADE_STEP + seconds  # type: ignore[index]
