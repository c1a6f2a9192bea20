"""What is remembered of whoever spoke."""

import datetime
import uuid

from huixiang.feedback.standing import remember
from huixiang.triage.signals import Batch


def remember_members(batch: Batch) -> None:
    """Needs everything stored; writes the members' mood and last contact: one statement."""
    heard: dict[uuid.UUID, datetime.datetime] = {}
    for signal in batch.signals:
        for message in signal.messages:
            if message.member_id:
                heard[message.member_id] = max(heard.get(message.member_id, message.sent_at), message.sent_at)
    remember(workspace_id=batch.workspace.id, heard=heard)
