"""Files that messages only name, followed from the call to the attachment."""

import uuid
from typing import Any

from huixiang.channels.files import FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.intake.attachments import fetching, storage
from huixiang.intake.models import Attachment, AttachmentState, Message, RemoteFile
from huixiang.triage.actions import process
from tests import factories
from tests.intake.attachments import files

PICTURE = files.picture("PNG")
COMPLAINT = "零下三十度停了一夜，早上按启动键没有反应，仪表显示低压系统异常"


def read(account: ChannelAccount) -> None:
    """Let what came be read, as the worker does."""
    process(workspace_id=account.workspace_id)


def fetched(account: ChannelAccount) -> list[tuple[str, str, str]]:
    """Read what came, fetch what is wanted: state, name and media type of each file, and nothing left behind."""
    read(account)
    fetching.fetch_due(account.id)
    rows = Attachment.objects.filter(message_id__in=Message.objects.filter(account=account).values("id")).order_by("id")
    assert RemoteFile.objects.filter(attachment__state=AttachmentState.KEPT).count() == 0
    for one in rows:
        assert one.state != AttachmentState.KEPT or storage.path_of(one.path).stat().st_size == one.size
    return [(one.state, one.name, one.media_type) for one in rows]


def why(account: ChannelAccount) -> list[str]:
    """What stands beside files that could not be fetched."""
    failed = RemoteFile.objects.filter(account=account, attachment__state=AttachmentState.FAILED)
    return list(failed.order_by("attachment_id").values_list("error", flat=True))


def wanted(account: ChannelAccount, *references: dict[str, str], **fields: Any) -> list[uuid.UUID]:
    """Files of one feedback message, named by these references, asked for."""
    brought = [InboundFile(FileSort.PICTURE, reference, **fields) for reference in references]
    [receipt] = factories.received(account, factories.inbound(COMPLAINT, private=True, files=brought))
    assert receipt.id is not None
    return [receipt.id]
