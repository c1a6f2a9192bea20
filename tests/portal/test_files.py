"""Files on the community's pages: who gets them, how they are handed out, what happens to the words beside them."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from huixiang.cases.actions import note, reply
from huixiang.cases.models import Case
from huixiang.channels.models import Delivery
from huixiang.intake.attachments import actions
from huixiang.intake.models import Attachment, Message
from huixiang.triage.actions import process
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.intake.attachments import files

SAID = factories.COLD_START


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _uncounted(empty_cache: None) -> None:
    """No test uses up another's tries."""


def at(workspace: Workspace, path: str) -> str:
    return f"/c/{workspace.slug}/{path}"


def got(client: Client, address: str) -> tuple[int, bytes]:
    """Status and body: a file handed out is read to its end, which closes it."""
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return answer.status_code, body


def send_file(
    client: Client, workspace: Workspace, data: bytes | None = None, name: str = "车机.jpg"
) -> dict[str, Any]:
    sent = SimpleUploadedFile(name, data or files.photograph_with_place())
    answer = client.post(at(workspace, "files/"), {"file": sent})
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def say(client: Client, workspace: Workspace, *tickets: str, **fields: str) -> Message:
    body = {"text": SAID, "who": "nobody", "attachments": list(tickets), **fields}
    assert client.post(at(workspace, "say/"), body).status_code == 302
    process(workspace_id=workspace.id)
    return Message.objects.latest("received_at")


def addresses(workspace: Workspace, file: Attachment) -> list[str]:
    return [at(workspace, f"files/{file.id}/{part}") for part in ("", "picture/", "thumb/")]


def codes(client: Client, workspace: Workspace, file: Attachment) -> list[int]:
    return [got(client, address)[0] for address in addresses(workspace, file)]


def test_an_anonymous_picture_is_its_authors_and_the_teams_alone(
    workspace: Workspace, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    author = Client()
    taken = send_file(author, workspace)
    assert (taken["name"], got(author, taken["preview"])[0]) == ("车机.jpg", 200)
    message = say(author, workspace, taken["ticket"])
    [kept] = Attachment.objects.all()
    assert (kept.state, kept.message_id, kept.member_id) == ("kept", message.id, message.member_id)
    assert codes(author, workspace, kept) == [200, 200, 200]
    assert codes(Client(), workspace, kept) == [404, 404, 404]
    assert codes(client_of(operator), workspace, kept) == [404, 404, 404]  # a login is not the follow code
    _status, thumb = got(client_of(operator), f"/w/{workspace.slug}/files/{kept.id}/thumb/")
    assert Image.open(io.BytesIO(thumb)).size == (360, 480)
    page = author.get(at(workspace, "follow/")).content.decode()
    assert f'src="{at(workspace, f"files/{kept.id}/thumb/")}"' in page
    assert Client().get(taken["preview"]).status_code == 404  # what is sent waits no more


def test_a_picture_on_the_board_is_everybodys(workspace: Workspace) -> None:
    author = Client()
    message = say(author, workspace, send_file(author, workspace)["ticket"], who="nobody-public")
    [kept] = Attachment.objects.all()
    assert codes(Client(), workspace, kept) == [200, 200, 200]
    page = Client().get(at(workspace, f"f/{message.feedback_id}/")).content.decode()
    assert f'src="{at(workspace, f"files/{kept.id}/thumb/")}"' in page


def test_another_communitys_address_leads_to_nothing(workspace: Workspace, other_workspace: Workspace) -> None:
    author = Client()
    say(author, workspace, send_file(author, workspace)["ticket"], who="nobody-public")
    [kept] = Attachment.objects.all()
    assert codes(author, other_workspace, kept) == [404, 404, 404]


def test_a_document_is_a_download_and_nothing_else(workspace: Workspace) -> None:
    author = Client()
    say(author, workspace, send_file(author, workspace, files.PDF, "保单 “新”.pdf")["ticket"])
    [kept] = Attachment.objects.all()
    answer = author.get(at(workspace, f"files/{kept.id}/"))
    assert b"".join(answer.streaming_content) == files.PDF  # type: ignore[attr-defined]
    assert {name: answer[name] for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy")} == {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    }
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E4%BF%9D%E5%8D%95%20%E2%80%9C%E6%96%B0%E2%80%9D.pdf"
    )
    assert author.get(at(workspace, f"files/{kept.id}/picture/")).status_code == 404


def test_a_bad_file_is_told_and_the_words_and_good_ones_stay(workspace: Workspace) -> None:
    author = Client()
    bad = author.post(at(workspace, "files/"), {"file": SimpleUploadedFile("a.svg", b"<svg/>")})
    assert (bad.status_code, bad["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert bad.content.decode() == "“a.svg”不支持。可以发图片、PDF、文本、CSV、Excel、Word 和 MP4。"
    ticket = send_file(author, workspace)["ticket"]
    sent = SimpleUploadedFile("a.exe", b"MZ\x90\x00")
    answer = author.post(
        at(workspace, "say/"), {"text": SAID, "who": "nobody", "attachments": [ticket], "files": [sent]}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert (SAID in page, f'value="{answer.context["sent"][0]["ticket"]}"' in page) == (True, True)
    assert Message.objects.count() == 0


def test_without_scripts_the_files_come_with_the_form(workspace: Workspace) -> None:
    author = Client()
    sent = SimpleUploadedFile("图.png", files.picture("PNG"))
    author.post(at(workspace, "say/"), {"text": SAID, "who": "nobody", "files": [sent]})
    assert [(one.name, one.state) for one in Attachment.objects.all()] == [("图.png", "kept")]


def test_a_reply_may_be_a_picture_alone(workspace: Workspace) -> None:
    author = Client()
    say(author, workspace)
    ticket = send_file(author, workspace)["ticket"]
    answer = author.post(at(workspace, "follow/reply/"), {"text": " ", "attachments": [ticket]})
    assert answer.status_code == 302
    message = Message.objects.latest("received_at")
    assert (message.text, Attachment.objects.get().message_id) == ("（图片）", message.id)
    assert author.post(at(workspace, "follow/reply/"), {"text": " "}).status_code == 422


def test_a_form_sent_twice_keeps_its_files_once(workspace: Workspace) -> None:
    author = Client()
    ticket, key = send_file(author, workspace)["ticket"], "01a200de-df87-7e31-9b63-fbfe831a0546"
    for _time in range(2):
        author.post(at(workspace, "say/"), {"text": SAID, "who": "nobody", "key": key, "attachments": [ticket]})
    assert (Message.objects.count(), Attachment.objects.filter(state="kept").count()) == (1, 1)


def test_many_uploads_are_slowed_in_words(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from huixiang.portal import limits  # noqa: PLC0415 - replaced for this test alone

    monkeypatch.setattr(limits, "UPLOADS", limits.Limit("upload", tries=1, seconds=600))
    client = Client()
    send_file(client, workspace)
    again = client.post(at(workspace, "files/"), {"file": SimpleUploadedFile("a.pdf", files.PDF)})
    assert (again.status_code, again.content.decode()[:10]) == (429, "短时间内上传太多了，")


def answered(case: Case, by: Membership, lane: str = "private") -> Attachment:
    kept = actions.upload(workspace=case.workspace, name="步骤.pdf", file=io.BytesIO(files.PDF), size=len(files.PDF))
    if lane == "internal":
        note(case=case, by=by, text="内部看", attachments=[kept])
    else:
        reply(case=case, by=by, text="请看附件里的步骤", lane=lane, attachments=[kept])
    return kept


def test_the_teams_files_reach_the_author_and_notes_nobody(workspace: Workspace, operator: Membership) -> None:
    author = Client()
    message = say(author, workspace)
    case = Case.objects.get(member_id=message.member_id)
    sent, internal = answered(case, operator), answered(case, operator, "internal")
    assert got(author, at(workspace, f"files/{sent.id}/")) == (200, files.PDF)
    assert author.get(at(workspace, f"files/{internal.id}/")).status_code == 404
    assert Client().get(at(workspace, f"files/{sent.id}/")).status_code == 404
    page = author.get(at(workspace, "follow/")).content.decode()
    assert (f"files/{sent.id}/" in page, f"files/{internal.id}/" in page) == (True, False)


def test_a_channel_that_carries_no_files_gets_a_personal_link(case: Case, operator: Membership) -> None:
    sent = answered(case, operator)
    text = Delivery.objects.get(about_id=case.id).text
    words, _empty, link = text.split("\n")
    assert (words, link.partition(": ")[0]) == ("请看附件里的步骤", "步骤.pdf")
    path = "/" + link.partition("://")[2].partition("/")[2]
    assert got(Client(), path) == (200, files.PDF)
    assert Client().get(path[:-3] + "xx/").status_code == 404
    assert actions.erase_of_members(workspace_id=case.workspace_id, member_ids=[case.member_id]) == 1
    assert Client().get(path).status_code == 404
    assert sent.turn_id is None  # the object in hand; the row knows its turn


def refused(client: Client, workspace: Workspace, data: bytes, name: str) -> str:
    answer = client.post(at(workspace, "files/"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    return answer.content.decode()


FILM = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 64


def test_films_are_taken_from_who_is_signed_in(workspace: Workspace, member_of: Callable[..., Any]) -> None:
    assert refused(Client(), workspace, FILM, "异响.mp4") == "“异响.mp4”是视频。登录后才能发送视频，图片不用登录。"
    _member, client = member_of("漠河守夜人")
    assert send_file(client, workspace, FILM, "异响.mp4")["name"] == "异响.mp4"
    offered = [".mp4" in one.get(at(workspace, "say/")).content.decode() for one in (Client(), client)]
    assert offered == [False, True]  # nobody is offered what is then refused


def test_a_day_takes_so_many_bytes_of_a_visitor(workspace: Workspace, settings: Any) -> None:
    settings.UPLOAD_BUDGETS = {"visitor": 1, "address": 1, "workspace": 100}
    big = files.PDF + b" " * 700_000
    send_file(Client(), workspace, big, "a.pdf")
    assert refused(Client(), workspace, big, "b.pdf").startswith("今天发送的文件太多了")  # another session, one address
    body = {"text": SAID, "who": "nobody", "files": SimpleUploadedFile("c.pdf", big)}
    assert Client().post(at(workspace, "say/"), body).status_code == 422  # a browser without scripts, too
    assert Attachment.objects.count() == 1


def test_what_visitors_do_not_send_is_bounded(
    workspace: Workspace, operator: Membership, settings: Any, client_of: Callable[[Membership], Client]
) -> None:
    settings.UPLOAD_BUDGETS = {"visitor": 100, "address": 100, "workspace": 1}
    big = files.PDF + b" " * 700_000
    ticket = send_file(Client(), workspace, big, "a.pdf")["ticket"]
    assert refused(Client(), workspace, big, "b.pdf").startswith("暂时不能接收文件")
    team = client_of(operator).post(f"/w/{workspace.slug}/files/", {"file": SimpleUploadedFile("c.pdf", big)})
    assert team.status_code == 200  # visitors do not keep the team from its work
    Attachment.objects.filter(name="c.pdf").delete()
    say(Client(), workspace, ticket)
    send_file(Client(), workspace, big, "d.pdf")


def test_below_a_floor_of_free_disk_nothing_is_taken(workspace: Workspace, settings: Any) -> None:
    settings.UPLOAD_BUDGETS = {"visitor": 100, "address": 100, "workspace": 100, "free": 10**9}
    assert refused(Client(), workspace, files.PDF, "a.pdf").startswith("暂时不能接收文件")
    assert Attachment.objects.count() == 0


def test_an_answer_on_ones_own_page_takes_files(
    workspace: Workspace, operator: Membership, member_of: Callable[..., Any]
) -> None:
    _member, author = member_of("漠河守夜人")
    said = {"text": SAID, "who": "me-private"}
    author.post(at(workspace, "say/"), said)
    process(workspace_id=workspace.id)
    case = Case.objects.get()
    reply(case=case, by=operator, text="请发一张照片。", lane="private")
    page = author.get(at(workspace, "me/"))
    assert f'data-uploads="{at(workspace, "files/")}"' in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    ticket = send_file(author, workspace)["ticket"]
    author.post(at(workspace, f"me/cases/{case.id}/reply/"), {"text": "", "attachments": [ticket]})
    assert Attachment.objects.get().state == "kept"


def test_no_cache_keeps_what_one_reads_when_known(workspace: Workspace, member_of: Callable[..., Any]) -> None:
    _member, author = member_of("漠河守夜人")
    assert author.get(at(workspace, ""))["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get(at(workspace, "")).headers
