"""Messages left out and brought back, files, answers sent again, and who is thanked, over the API."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from huixiang.announcements.actions import ask_consent, publish, resolve_and_draft
from huixiang.announcements.models import Announcement
from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.feedback.models import Feedback
from huixiang.intake.attachments.actions import keep, upload
from huixiang.intake.models import Attachment, Message
from huixiang.journal.models import Entry
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.api.conftest import Program


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def _noise(account: ChannelAccount, *, state: str = "noise") -> Message:
    factories.received(account, factories.inbound(factories.CHATTER))
    made = Message.objects.latest("received_at")
    Message.objects.filter(id=made.id).update(state=state)
    return made


def test_what_was_left_out_is_listed_and_brought_back(desk: Program, app_channel: ChannelAccount) -> None:
    made = _noise(app_channel)
    [shown] = desk.get("messages/left-out")[1]["messages"]
    assert (shown["id"], shown["state"], shown["text"]) == (str(made.id), "noise", factories.CHATTER)
    assert (shown["channel"], shown["author"], shown["erased"]) == ("owners-app", made.author_name, False)
    assert desk.post(f"messages/{made.id}/again", {}) == (409, {"error": "It is not parked any more."})
    assert desk.post(f"messages/{made.id}/keep", {}) == (200, {"done": True})
    assert desk.get(f"messages/{made.id}")[1]["state"] == "pending"
    assert desk.post(f"messages/{made.id}/keep", {})[0] == 409
    assert Entry.objects.filter(name="triage.corrected", subject_id=made.id).count() == 1


def test_a_parked_message_is_read_again(desk: Program, app_channel: ChannelAccount) -> None:
    made = _noise(app_channel, state="parked")
    assert desk.get("messages/left-out")[1]["messages"] == []
    assert [one["id"] for one in desk.get("messages/left-out", state="parked")[1]["messages"]] == [str(made.id)]
    assert desk.post(f"messages/{made.id}/again", {}) == (200, {"done": True})
    assert desk.get(f"messages/{made.id}")[1]["state"] == "pending"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_at_any_length(
    desk: Program, app_channel: ChannelAccount, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        _noise(app_channel)
    desk.get("messages/left-out")
    with django_assert_num_queries(3):  # the key, what it has left, the messages
        assert len(desk.get("messages/left-out")[1]["messages"]) == rows


def test_the_list_goes_on_where_it_ended(desk: Program, app_channel: ChannelAccount) -> None:
    made = [_noise(app_channel) for _number in range(3)]
    first = desk.get("messages/left-out", limit=2)[1]
    rest = desk.get("messages/left-out", limit=2, cursor=first["next_cursor"])[1]
    assert rest["next_cursor"] is None
    seen = {one["id"] for one in [*first["messages"], *rest["messages"]]}
    assert seen == {str(one.id) for one in made}
    assert desk.get("messages/left-out", cursor="x")[0] == 422


@pytest.fixture
def file(case: Case, workspace: Workspace) -> Attachment:
    kept = upload(workspace=workspace, name="日志.txt", file=BytesIO("零下三十度".encode()), size=15)
    turn = case.turns.get()
    keep(attachments=[kept], message_id=turn.message_id)
    return kept


def test_files_are_listed_and_taken(desk: Program, case: Case, file: Attachment, program: Any) -> None:
    listed = [{"id": str(file.id), "name": "日志.txt", "media_type": file.media_type, "size": 15}]
    assert desk.get(f"cases/{case.id}")[1]["turns"][0]["attachments"] == listed
    said = Feedback.objects.get(case_id=case.id)
    assert desk.get(f"feedback/{said.id}")[1]["attachments"] == listed
    status, kind, content = desk.file(f"attachments/{file.id}/file")
    assert (status, kind, content.decode()) == (200, "application/octet-stream", "零下三十度")
    assert Entry.objects.filter(name="intake.attachment_opened", subject_id=file.id).count() == 1
    assert program(case.workspace, "read").file(f"attachments/{file.id}/file")[0] == 403


def test_an_answer_that_failed_is_sent_again(desk: Program, case: Case, owner: Membership) -> None:
    reply(case=case, by=owner, text="谢谢您告诉我们", lane="private")
    delivery = desk.get(f"cases/{case.id}")[1]["turns"][-1]["delivery_id"]
    assert desk.post(f"deliveries/{delivery}/again", {}) == (409, {"error": "It is on its way already."})
    Delivery.objects.update(state="failed")
    assert desk.post(f"deliveries/{delivery}/again", {}) == (200, {"done": True})
    assert Delivery.objects.get().state == "queued"


@pytest.fixture
def draft(case: Case, owner: Membership) -> Announcement:
    theme = Theme.objects.get(id=case.theme_id)
    return resolve_and_draft(theme=theme, root_cause="夜间自检耗电", fix="改为插枪时自检", fixed_in="3.4.2", by=owner)


def test_whom_it_concerns_and_thanks(desk: Program, case: Case, draft: Announcement) -> None:
    address = f"announcements/{draft.id}"
    told = desk.get(f"{address}/audience")[1]
    assert (told["people"], told["reachable"], told["unreachable"]) == (1, 1, 0)
    assert [(way["kind"], way["people"]) for way in told["channels"]] == [("api", 1)]
    [credit] = desk.get(address)[1]["credits"]
    assert (credit["member"]["id"], credit["consent"]) == (str(case.member_id), "unanswered")
    assert desk.post(f"{address}/credits/{case.id}/drop", {})[0] == 404
    assert desk.post(f"{address}/credits/{credit['id']}/drop", {})[1]["credits"] == []


def test_what_was_published_keeps_its_thanks(desk: Program, draft: Announcement, owner: Membership) -> None:
    [credit] = desk.get(f"announcements/{draft.id}")[1]["credits"]
    ask_consent(announcement=draft, by=owner)
    publish(announcement=draft, by=owner)
    answer = desk.post(f"announcements/{draft.id}/credits/{credit['id']}/drop", {})
    assert answer == (409, {"error": "It is published. What was said in public stays as it was."})


def test_who_moderates_removes_what_is_public_alone(of_role: Callable[[str], Program], case: Case) -> None:
    said, moderator = Feedback.objects.get(case_id=case.id), of_role("moderator")
    assert moderator.post(f"feedback/{said.id}/remove", {"reason": "辱骂"})[0] == 403
    Feedback.objects.filter(id=said.id).update(public=True)
    assert of_role("specialist").post(f"feedback/{said.id}/remove", {"reason": "辱骂"})[0] == 403
    assert moderator.post(f"feedback/{said.id}/remove", {"reason": "辱骂"})[1]["removed"] is True


@pytest.mark.parametrize("role", ["viewer", "analyst", "moderator"])
def test_who_may_only_read_brings_nothing_back(
    of_role: Callable[[str], Program], app_channel: ChannelAccount, role: str
) -> None:
    made, program = _noise(app_channel), of_role(role)
    assert program.post(f"messages/{made.id}/keep", {})[0] == 403
    assert program.post(f"messages/{made.id}/again", {})[0] == 403
    assert program.post(f"deliveries/{made.id}/again", {})[0] == 403
    assert program.post(f"announcements/{made.id}/credits/{made.id}/drop", {})[0] == 403
    assert len(program.get("messages/left-out")[1]["messages"]) == 1
