"""How much may be uploaded before it fills the disk: what waits in a workspace, and what has to stay free."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from huixiang.intake.models import Attachment, AttachmentState
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Workspace

MEGABYTE = 1024 * 1024


def most_bytes(name: str) -> int:
    """A budget of settings.UPLOAD_BUDGETS: visitor, address, workspace or free; 0 when it is left out."""
    budgets: dict[str, int] = settings.UPLOAD_BUDGETS
    return budgets.get(name, 0) * MEGABYTE


def disk(size: int) -> None:
    """Refuse what would leave less of the disk free than the database needs to go on."""
    place = Path(settings.MEDIA_ROOT)
    while not place.exists():
        place = place.parent
    if shutil.disk_usage(place).free - size < most_bytes("free"):
        raise Refused(_("Files cannot be taken just now: there is too little room. Send your words without them."))


def waiting(workspace: Workspace, size: int) -> None:
    """Refuse what visitors upload and do not send, beyond what a workspace keeps waiting."""
    rows = Attachment.objects.filter(workspace=workspace, state=AttachmentState.WAITING)
    kept = rows.aggregate(bytes=Sum("size"))["bytes"] or 0
    if kept + size > most_bytes("workspace"):
        raise Refused(_("Files cannot be taken just now: too many wait to be sent. Send your words without them."))
