"""Files that lie with a platform: wanted with the feedback, left alone without, checked like every upload."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.channels.files import FileSort, InboundFile
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.telegram.outbound import TelegramConnector
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import erase_noise
from huixiang.intake.attachments import fetching
from huixiang.intake.attachments.actions import erase_of_messages
from huixiang.intake.models import Attachment, Message, RemoteFile
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.connectors.loopback import Asked, Platform, connected, platform
from tests.connectors.media import COMPLAINT, PICTURE, fetched, wanted, why
from tests.factories.jobs import run_waiting
from tests.intake.attachments import files

BOT = "/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
AT = f"/file{BOT}/p.png"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def telegram() -> Iterator[Platform]:
    with platform() as found:
        found.answers = {f"{BOT}/getFile": (200, {"ok": True, "result": {"file_path": "p.png"}}), AT: (200, PICTURE)}
        yield found


@pytest.fixture
def account(workspace: Workspace, telegram: Platform, settings: Any) -> ChannelAccount:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    return connected(
        workspace, "telegram", bot_token=BOT.removeprefix("/bot"), secret="s3cret_s3cret_s3cret", api=telegram.address
    )


def said(account: ChannelAccount, text: str, ago: float = 0, *, picture: bool = False) -> None:
    """Said by one person in one group, so many seconds ago; a picture without words says that it is one."""
    brought = [InboundFile(FileSort.PICTURE, {"file_id": "f"})] if picture else []
    at = timezone.now() - datetime.timedelta(seconds=ago)
    factories.received(
        account, factories.inbound(text, author_id="u1", thread="g1", group="车主群", sent_at=at, files=brought)
    )


def test_a_picture_just_before_a_feedback_belongs_to_it(account: ChannelAccount, telegram: Platform) -> None:
    said(account, "[图片]", 90, picture=True)
    assert fetched(account) == [("remote", "", "")]
    assert telegram.asked == []
    said(account, COMPLAINT)
    assert fetched(account) == [("kept", "图片.png", "image/png")]
    feedback = Feedback.objects.get(workspace=account.workspace)
    assert "evidence" not in feedback.missing  # nobody asks for what was sent already
    assert Message.objects.filter(account=account, feedback_id=feedback.id).count() == 2


def test_one_sent_long_before_is_left_with_the_platform_and_forgotten(
    account: ChannelAccount, telegram: Platform
) -> None:
    said(account, "[图片]", 700, picture=True)
    said(account, COMPLAINT)
    assert fetched(account) == [("remote", "", "")]
    Message.objects.filter(text="[图片]").update(received_at=timezone.now() - datetime.timedelta(days=8))
    assert erase_noise(workspace_id=account.workspace_id, kept_days=7) == 1
    assert (RemoteFile.objects.count(), Attachment.objects.get().state, telegram.asked) == (0, "erased", [])


def test_one_sent_after_a_feedback_goes_on_with_it(account: ChannelAccount) -> None:
    said(account, COMPLAINT, 300)
    said(account, "[图片]", picture=True)
    assert fetched(account) == [("kept", "图片.png", "image/png")]


def moved(asked: Asked) -> Any:
    return 302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"}


CANNOT_BE_KEPT: dict[str, tuple[Any, str]] = {
    "strange": ((200, files.archive("a.js")), "不支持"),
    "damaged": ((200, b"\x89PNG\r\n\x1a\n" + b"broken" * 9), "图片"),
    "bomb": ((200, files.bomb()), "图片"),
    "gone": ((404, {}), "404"),
    "expired": ((403, {}), "403"),
    "moved": (moved, "别处"),
    "packed": ((200, PICTURE, {"Content-Encoding": "gzip"}), "压缩"),
    "large": ((200, b"1", {"Content-Length": str(61 * 2**20)}), "60 MB"),
}


def test_what_cannot_be_kept_is_said_and_not_tried_again(account: ChannelAccount, telegram: Platform) -> None:
    def lies(asked: Asked) -> Any:
        return 200, {"ok": True, "result": {"file_path": asked.body["file_id"]}}

    telegram.answers[f"{BOT}/getFile"] = lies
    telegram.answers |= {f"/file{BOT}/{name}": answer for name, (answer, _told) in CANNOT_BE_KEPT.items()}
    wanted(account, *({"file_id": name} for name in CANNOT_BE_KEPT))
    assert fetched(account) == [("failed", "", "")] * 8
    told = zip(why(account), CANNOT_BE_KEPT.values(), strict=True)
    assert [sentence for sentence, (_answer, part) in told if part not in sentence] == []
    assert RemoteFile.objects.filter(due_at__isnull=False).count() == 0


def test_more_than_it_said_is_cut_off(account: ChannelAccount, telegram: Platform, settings: Any) -> None:
    settings.ATTACHMENT_LIMITS = {"picture": 1}
    telegram.answers[AT] = (200, PICTURE + b"x" * 2**20)
    wanted(account, {"file_id": "f"})
    fetched(account)
    assert "1 MB" in why(account)[0]
    wanted(account, {"file_id": "f"}, size=2**21)
    number = len(telegram.asked)
    fetched(account)
    assert ["1 MB" in one for one in why(account)] == [True, True]
    assert len(telegram.asked) == number  # it said itself that it is too large


def test_trouble_is_tried_again_and_given_up(account: ChannelAccount, telegram: Platform) -> None:
    telegram.answers[AT] = (500, {})
    wanted(account, {"file_id": "f"})
    for tries in range(1, len(fetching.PAUSES) + 1):
        assert fetched(account) == [("asked", "", "")]
        remote = RemoteFile.objects.get()
        assert (remote.tries, remote.due_at and remote.due_at > timezone.now()) == (tries, True)
        RemoteFile.objects.update(due_at=timezone.now())
    assert fetched(account) == [("failed", "", "")]
    assert "500" in why(account)[0]
    written = Entry.objects.filter(name__startswith="intake.file_").order_by("id")
    assert list(written.values_list("name", flat=True)) == ["intake.file_not_fetched"]


def test_one_that_breaks_the_reading_holds_up_no_other(
    account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object, _account: ChannelAccount, reference: dict[str, str]) -> Any:
        raise ZeroDivisionError(reference)

    monkeypatch.setattr(TelegramConnector, "fetch_file", broken)
    wanted(account, {"file_id": "a"}, {"file_id": "b"})
    assert fetched(account) == [("asked", "", "")] * 2
    assert list(RemoteFile.objects.values_list("tries", flat=True)) == [1, 1]


def test_a_platform_that_will_have_forgotten_is_not_waited_for(account: ChannelAccount, telegram: Platform) -> None:
    telegram.answers[AT] = (500, {})
    wanted(account, {"file_id": "f"}, until=timezone.now() + datetime.timedelta(seconds=20))
    assert fetched(account) == [("failed", "", "")]


def test_what_was_erased_meanwhile_is_not_kept(account: ChannelAccount, telegram: Platform) -> None:
    ids = wanted(account, {"file_id": "f"})

    def erased(_asked: Asked) -> Any:
        erase_of_messages(workspace_id=account.workspace_id, message_ids=ids)
        return 200, PICTURE

    remote = RemoteFile.objects.select_related("attachment", "account__workspace").get()
    erased(telegram)  # type: ignore[arg-type]
    assert fetching._fetch(remote) is False
    assert Attachment.objects.get().state == "erased"


def test_the_jobs_do_it_by_themselves(account: ChannelAccount) -> None:
    wanted(account, {"file_id": "f"}, name="仪表.jpg")
    assert "intake.fetch_files" in run_waiting()
    kept = Attachment.objects.get()
    assert (kept.state, kept.name, kept.picture) == ("kept", "仪表.png", True)
    assert fetching.wake_due() == 0


def test_the_desk_shows_it_and_lets_it_be_tried_again(
    account: ChannelAccount, telegram: Platform, operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    telegram.answers[AT] = (404, {})
    wanted(account, {"file_id": "f"})
    fetched(account)
    file, feedback = Attachment.objects.get(), Feedback.objects.get(workspace=account.workspace)
    desk, client = f"/w/{operator.workspace.slug}", client_of(operator)
    page = client.get(f"{desk}/feedback/{feedback.id}/").content.decode()
    assert "这张图片没能取回来" in page
    assert f'hx-post="{desk}/files/{file.id}/again/"' in page
    telegram.answers[AT] = (200, PICTURE)
    again = client.post(f"{desk}/files/{file.id}/again/", headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{desk}/files/{file.id}/shown/"' in again
    fetching.fetch_due(account.id)
    assert f'src="{desk}/files/{file.id}/thumb/"' in client.get(f"{desk}/files/{file.id}/shown/").content.decode()
    assert f"{file.id}/thumb/" in client.get(f"{desk}/cases/{feedback.case_id}/").content.decode()
    assert client.post(f"{desk}/files/{file.id}/again/", headers={"HX-Request": "true"}).status_code == 409
