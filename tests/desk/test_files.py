"""Files at the desk: shown to whom, taken by whom, and what the journal keeps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.intake.attachments.actions import keep
from huixiang.intake.models import Attachment, Message
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership
from tests import factories
from tests.intake.attachments import files
from tests.intake.attachments.test_keeping import up

At = Callable[..., str]
SHUT_IN = {
    "Content-Type": "application/pdf",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}
CLOSED = "文件里的个人信息没有遮盖，你的角色不能打开文件。"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def came_with(message: Message, data: bytes, name: str) -> Attachment:
    made = up(message.workspace, data, name)
    keep(attachments=[made], message_id=message.id)
    return made


def codes(client: Client, at: At, file: Attachment) -> list[int]:
    found = []
    for name in ("file", "file_picture", "file_thumb"):
        answer = client.get(at(name, attachment_id=file.id))
        if answer.streaming:
            answer.getvalue()
        found.append(answer.status_code)
    return found


def opened() -> list[tuple[object, object]]:
    return list(Entry.objects.filter(name="intake.attachment_opened").values_list("subject_id", "actor_id"))


def test_who_may_not_look_behind_the_mask_opens_no_file(
    case: Case, at: At, operator: Membership, analyst: Membership, client_of: Callable[[Membership], Client]
) -> None:
    message = Message.objects.get()
    picture = came_with(message, files.picture(), "车机.jpg")
    document = came_with(message, files.PDF, "保单.pdf")
    reader, handler = client_of(analyst), client_of(operator)
    assert [codes(reader, at, one) for one in (picture, document)] == [[404] * 3] * 2
    assert opened() == []
    page = reader.get(at("case", case_id=case.id)).content.decode()
    assert ("保单.pdf" in page, "车机" in page, CLOSED in page, f"{document.id}" in page) == (True, True, True, False)
    assert codes(handler, at, picture) == [200, 200, 200]
    assert codes(handler, at, document) == [200, 404, 404]
    assert opened() == [(picture.id, operator.id), (document.id, operator.id)]  # pictures that are shown are not told
    page = handler.get(at("case", case_id=case.id)).content.decode()
    assert (CLOSED in page, f"files/{document.id}/" in page) == (False, True)


def test_a_feedback_without_a_case_shows_its_files(
    app_channel: ChannelAccount, at: At, as_operator: Client
) -> None:
    praise = factories.feedback(app_channel, "提车三个月，非常满意，客服小姐姐特别耐心，点赞！")
    assert praise.case_id is None
    file = came_with(Message.objects.get(feedback_id=praise.id), files.PDF, "感谢信.pdf")
    page = as_operator.get(at("feedback_detail", feedback_id=praise.id)).content.decode()
    assert f"files/{file.id}/" in page


def test_no_cache_keeps_what_the_team_reads(case: Case, at: At, as_operator: Client) -> None:
    for address in (at("inbox"), at("case", case_id=case.id), at("inbox_badge")):
        assert as_operator.get(address)["Cache-Control"] == "private, no-store"
    document = came_with(Message.objects.get(), files.PDF, "保单.pdf")
    answer = as_operator.get(at("file", attachment_id=document.id))
    answer.getvalue()
    assert answer["Cache-Control"] == "private, max-age=300"


def shut_in(answer: Any) -> bool:
    """Whether it can do nothing but be read: no script, no frame, no guessing what it is."""
    answer.getvalue()
    kept: dict[str, str] = {name: answer[name] for name in SHUT_IN}
    return str(answer["Content-Disposition"]).startswith("inline") and kept == SHUT_IN


def test_a_pdf_is_looked_at_in_a_page_of_its_own_and_nothing_else_is(
    case: Case, at: At, operator: Membership, analyst: Membership, client_of: Callable[[Membership], Client]
) -> None:
    message, handler = Message.objects.get(), client_of(operator)
    document = came_with(message, files.PDF, "保单.pdf")
    told = {"车机.jpg": files.picture(), "a.txt": b"<script>alert(1)</script>"}
    others = [came_with(message, data, name) for name, data in told.items()]
    address = at("file_pdf", attachment_id=document.id)
    assert shut_in(handler.get(address))
    assert opened() == [(document.id, operator.id)]
    assert f'{document.id}/pdf/" target="_blank"' in handler.get(at("case", case_id=case.id)).content.decode()
    assert [handler.get(at("file_pdf", attachment_id=one.id)).status_code for one in others] == [404, 404]
    assert client_of(analyst).get(address).status_code == 404
    Attachment.objects.filter(id=others[1].id).update(media_type="application/pdf")  # the row says so, the bytes do not
    assert handler.get(at("file_pdf", attachment_id=others[1].id)).status_code == 404
    answer = handler.get(at("file", attachment_id=document.id))
    answer.getvalue()
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_pdf_is_looked_at_before_it_is_sent(at: At, as_operator: Client) -> None:
    sent = {"file": SimpleUploadedFile("报价.pdf", files.PDF)}
    taken = as_operator.post(at("files"), sent).json()
    assert (taken["preview"], shut_in(as_operator.get(taken["page"]))) == ("", True)
    text = as_operator.post(at("files"), {"file": SimpleUploadedFile("a.txt", b"words")}).json()
    assert text["page"] == ""
    assert as_operator.get(taken["page"].replace(taken["ticket"], text["ticket"])).status_code == 404
