"""Files that came with what was said, or went with an answer; and an answer sent again."""

import uuid
from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from huixiang.api import keys, shapes
from huixiang.channels import queries
from huixiang.channels.actions import retry
from huixiang.intake.attachments.actions import opened
from huixiang.intake.attachments.queries import attachment_by_id
from huixiang.intake.models import Attachment
from huixiang.kernel.errors import Refused
from huixiang.ui import files
from huixiang.workspaces.roles import Permission

router = Router(tags=["Cases"])


@router.get(
    "/attachments/{uuid:attachment_id}/file",
    auth=keys.personal,
    response=shapes.answers(None),
    openapi_extra=shapes.file_of("application/octet-stream"),
    summary="A file",
)
def download(request: keys.KeyedRequest, attachment_id: uuid.UUID) -> Any:
    """The file as a download, nothing in it masked; the journal keeps that the key took it.

    Its id stands in `attachments` of a feedback or of a case's turn.
    """
    actor = keys.actor(request, Permission.UNMASK)
    found: Attachment = keys.found(
        attachment_by_id(workspace_id=request.auth.workspace_id, attachment_id=attachment_id)
    )
    answer = files.download(found)
    opened(attachment=found, actor=actor)
    return answer


@router.post(
    "/deliveries/{uuid:delivery_id}/again", auth=keys.cases, response=shapes.changes(shapes.Done), summary="Send again"
)
def send_again(request: keys.KeyedRequest, delivery_id: uuid.UUID) -> Any:
    """Send an answer again that failed or may not have arrived; its id stands in `delivery_id` of the turn."""
    actor, workspace_id = keys.actor(request, Permission.REPLY), request.auth.workspace_id
    keys.found(queries.delivery_exists(workspace_id=workspace_id, delivery_id=delivery_id) or None)
    if not retry(workspace_id=workspace_id, delivery_id=delivery_id, actor=actor):
        raise Refused(_("It is on its way already."))
    return {"done": True}
