"""Where a member follows a feedback: an address that may stand in a group, because it shows nothing private."""

import base64
import uuid
from typing import Final

from django.conf import settings
from django.core import signing

from huixiang.feedback.models import Feedback
from huixiang.workspaces.models import Workspace

SALT: Final = "huixiang.standing"


def follow_link(workspace: Workspace, feedback: Feedback) -> str:
    """The feedback's own page where everybody may read it, else a page that tells only how far it is."""
    base = f"{settings.PUBLIC_URL}/c/{workspace.slug}"
    if feedback.public:
        return f"{base}/f/{feedback.id}/"
    return f"{base}/s/{_token(feedback.id)}/"


def _token(feedback_id: uuid.UUID) -> str:
    """Short, as it stands in a chat: the id in 22 signs, signed. It tells nothing and cannot be guessed."""
    packed = base64.urlsafe_b64encode(feedback_id.bytes).rstrip(b"=").decode()
    return signing.Signer(salt=SALT, sep=".").sign(packed)


def feedback_of(token: str) -> uuid.UUID | None:
    """The feedback such an address is about; None for whatever we have not signed."""
    try:
        packed = signing.Signer(salt=SALT, sep=".").unsign(token)
        return uuid.UUID(bytes=base64.urlsafe_b64decode(f"{packed}=="))
    except (signing.BadSignature, ValueError):
        return None
