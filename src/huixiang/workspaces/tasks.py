"""What the team's page leaves to a worker."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY
from huixiang.workspaces import calendar_changes, invitations
from huixiang.workspaces.models import Invitation


@app.task(name="workspaces.mail_invitation", retry=SURELY)
def mail_invitation(invitation_id: str, language: str) -> None:
    """Send an invitation that is still open."""
    found = Invitation.objects.filter(id=uuid.UUID(invitation_id), accepted_at=None, revoked_at=None)
    invitation = found.select_related("workspace", "invited_by__user").first()
    if invitation:
        invitations.send(invitation=invitation, language=language)


@app.periodic(cron="23 4 * * *")
@app.task(name="workspaces.notice_announced", queueing_lock="workspaces.notice_announced")
def notice_announced(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: whether a release brought another year's holidays."""
    calendar_changes.notice_announced()
