import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from PIL import Image

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.actions import remove
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import erase_noise
from huixiang.intake.attachments import actions, storage
from huixiang.intake.attachments.queries import attachment_by_id, of_conversation_parts
from huixiang.intake.models import Attachment, Message
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.jobs import run_waiting
from tests.intake.attachments import files


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def up(workspace: Workspace, data: bytes, name: str = "照片.jpg") -> Attachment:
    return actions.upload(workspace=workspace, name=name, file=io.BytesIO(data), size=len(data))


def refused(workspace: Workspace, data: bytes, name: str) -> str:
    with pytest.raises(Refused) as told:
        up(workspace, data, name)
    assert Attachment.objects.count() == 0
    return str(told.value.sentence)


def bytes_of(attachment: Attachment) -> bytes:
    return storage.path_of(attachment.path).read_bytes()


def opened(place: str) -> Any:
    return Image.open(io.BytesIO(storage.path_of(place).read_bytes()))


def places() -> list[str]:
    return sorted(storage.left_since(timezone.now().timestamp() + 60))


def test_a_photograph_loses_its_place_and_is_turned_upright(workspace: Workspace) -> None:
    sent = files.photograph_with_place()
    assert len(Image.open(io.BytesIO(sent)).getexif()) == 3
    kept = up(workspace, sent)
    shown = opened(kept.path)
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (480, 640), {})
    assert (kept.name, kept.media_type, kept.width, kept.height, kept.picture) == (
        "照片.jpg", "image/jpeg", 480, 640, True,
    )  # fmt: skip
    assert b"PhoneMaker" not in bytes_of(kept)
    assert (kept.size, kept.sha256) == (len(bytes_of(kept)), hashlib.sha256(bytes_of(kept)).hexdigest())
    assert opened(kept.thumb).size == (360, 480)


def test_what_hides_behind_or_in_a_picture_is_gone(workspace: Workspace) -> None:
    hidden = b"<script>alert(1)</script><?php ?>"
    kept = up(workspace, files.picture("JPEG", comment=hidden) + hidden + files.archive("a.js"))
    assert hidden not in bytes_of(kept)
    assert b"PK\x03\x04" not in bytes_of(kept)


@pytest.mark.parametrize(
    ("data", "name", "media_type", "kept_as"),
    [
        (files.picture("WEBP"), "a.webp", "image/png", "a.png"),
        (files.picture("PNG"), "图.png", "image/png", "图.png"),
        (files.moving_gif(), "动.gif", "image/png", "动.png"),
        (files.picture("JPEG"), "骗人.pdf", "image/jpeg", "骗人.jpg"),
    ],
)
def test_pictures_are_what_their_bytes_say(
    workspace: Workspace, data: bytes, name: str, media_type: str, kept_as: str
) -> None:
    kept = up(workspace, data, name)
    assert (kept.media_type, kept.name) == (media_type, kept_as)
    assert getattr(opened(kept.path), "n_frames", 1) == 1


def test_a_huge_picture_is_made_smaller(workspace: Workspace) -> None:
    kept = up(workspace, files.picture("JPEG", (5000, 4000)))
    assert (kept.width, kept.height) == (2560, 2048)


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (files.PDF, "说明.pdf", "application/pdf"),
        (files.FILM, "异响.mp4", "video/mp4"),
        ("故障码 P0A80\n".encode(), "obd.log", "text/plain"),
        ("车架号,里程\n".encode("gb18030"), "表.csv", "text/csv"),
        (files.workbook(), "清单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_other_files_are_kept_as_they_came(workspace: Workspace, data: bytes, name: str, media_type: str) -> None:
    kept = up(workspace, data, name)
    assert (kept.name, kept.media_type, kept.picture, bytes_of(kept)) == (name, media_type, False, data)
    assert name.encode() not in kept.path.encode()


BROKEN = "“{}”已损坏，或者不是这里能读的图片。请发 JPEG 或 PNG，或者截一张图。"
CANNOT = "不支持。可以发图片、PDF、文本、CSV、Excel、Word 和 MP4。"


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "空.jpg", "“空.jpg”是空文件。"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", f"“a.svg”{CANNOT}"),
        (b"<html><script>1</script>", "a.html", f"“a.html”{CANNOT}"),
        (b"MZ\x90\x00", "a.exe", f"“a.exe”{CANNOT}"),
        (files.archive("a.txt"), "a.zip", f"“a.zip”{CANNOT}"),
        (b"a\x00b", "a.txt", f"“a.txt”{CANNOT}"),
        (b"PK\x03\x04broken", "a.xlsx", "“a.xlsx”已损坏，打不开。"),
        (files.workbook("xl/vbaProject.bin"), "a.xlsm", "“a.xlsm”带有宏，请另存为不带宏的文件再发。"),
        (files.picture("JPEG")[:400], "半.jpg", BROKEN.format("半.jpg")),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "手机.heic", BROKEN.format("手机.heic")),
        (files.bomb(), "炸弹.png", "“炸弹.png”像素太多，最多 5000 万。请缩小后再发。"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_in_words_and_leaves_nothing(
    workspace: Workspace, data: bytes, name: str, sentence: str
) -> None:
    assert refused(workspace, data, name) == sentence
    assert places() == []


def test_a_file_too_large_or_of_a_kind_switched_off_is_refused(workspace: Workspace, settings: Any) -> None:
    settings.ATTACHMENT_LIMITS = {"pdf": 1}
    assert refused(workspace, files.PDF + b" " * 1024 * 1024, "a.pdf") == "“a.pdf”太大，最多 1 MB。"
    assert refused(workspace, files.FILM, "a.mp4") == f"“a.mp4”{CANNOT}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\a\\b.txt", "b.txt"),
        ("照片\u202etxt.exe.txt", "照片txt.exe.txt"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("", "file"),
        ("长" * 300 + ".txt", "长" * 100 + ".txt"),
    ],
)
def test_names_are_made_harmless(name: str, shown: str) -> None:
    assert actions.shown_name(name) == shown


def test_a_ticket_is_good_for_ones_own_waiting_upload_once(workspace: Workspace, other_workspace: Workspace) -> None:
    kept = up(workspace, files.PDF, "a.pdf")
    ticket = actions.ticket(kept)
    assert actions.claimed(workspace_id=workspace.id, tickets=[ticket, "x", ticket]) == [kept]
    assert actions.claimed(workspace_id=other_workspace.id, tickets=[ticket]) == []
    message = new_id()
    assert attachment_by_id(workspace_id=workspace.id, attachment_id=kept.id) is None
    assert actions.keep(attachments=[kept], message_id=message) == 1
    assert actions.keep(attachments=[kept], message_id=new_id()) == 0
    assert actions.claimed(workspace_id=workspace.id, tickets=[ticket]) == []
    assert of_conversation_parts(message_ids=[message, None]) == {message: [kept]}
    assert Entry.objects.get(name="intake.attachments_kept").data == {"files": 1}


def test_more_files_than_a_message_can_have_are_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_FILES", 1)
    tickets = [actions.ticket(up(workspace, files.PDF, name)) for name in ("a.pdf", "b.pdf")]
    with pytest.raises(Refused) as told:
        actions.claimed(workspace_id=workspace.id, tickets=tickets)
    assert str(told.value.sentence) == "一次最多发 1 个文件。"


def test_files_go_with_the_feedback_that_is_removed(app_channel: ChannelAccount, operator: Any) -> None:
    feedback = factories.feedback(app_channel)
    message = Message.objects.get(feedback_id=feedback.id)
    kept = up(app_channel.workspace, files.picture())
    actions.keep(attachments=[kept], message_id=message.id)
    assert len(places()) == 2
    remove(feedback=Feedback.objects.get(id=feedback.id), reason="成员要求删除", actor=SYSTEM)
    run_waiting()
    kept.refresh_from_db()
    assert (kept.state, kept.name, kept.path, kept.thumb, places()) == ("erased", "", "", "", [])


def test_files_go_with_noise_that_is_erased(app_channel: ChannelAccount) -> None:
    factories.received(app_channel, factories.inbound(factories.CHATTER))
    message = Message.objects.get(state="noise")
    actions.keep(attachments=[up(app_channel.workspace, files.PDF, "a.pdf")], message_id=message.id)
    Message.objects.update(received_at=timezone.now() - timedelta(days=9))
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 1
    run_waiting()
    assert (places(), Attachment.objects.get().state) == ([], "erased")


def test_uploads_nobody_sent_go_after_a_day(workspace: Workspace) -> None:
    old, new = up(workspace, files.PDF, "旧.pdf"), up(workspace, files.PDF, "新.pdf")
    Attachment.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(hours=25))
    assert (actions.remove_files(), actions.remove_files()) == (1, 0)
    assert places() == [new.path]


def test_files_no_row_knows_of_go_after_a_day(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = up(workspace, files.PDF, "a.pdf")
    storage.write(workspace.id, [b"lost"])
    assert actions.remove_strays() == 0
    monkeypatch.setattr(actions, "WAITS", timedelta(seconds=-60))
    assert actions.remove_strays() == 1
    assert places() == [kept.path]


def test_no_place_leads_out_of_the_folder() -> None:
    with pytest.raises(ValueError, match="secret"):
        storage.path_of("attachments/../../secret.key")
    assert django_settings.MEDIA_ROOT
