"""Whatever is sent: a clear 4xx or a stored text, never a 500, never a script."""

import pytest
from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.portal.wording import matches
from huixiang.triage.actions import process
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.portal.reading import MemberOf, words

FORM = "application/x-www-form-urlencoded"
SCRIPT = "<script>alert('车机黑屏')</script>车机黑屏重启，倒车影像没了 <img src=x onerror=alert(1)>"


def test_a_script_is_only_text(place: str, workspace: Workspace, member_of: MemberOf) -> None:
    _member, client = member_of("<b onclick=x>阿澈</b>")
    client.post(f"{place}say/", {"text": SCRIPT})
    process(workspace_id=workspace.id)
    feedback = Feedback.objects.get(workspace=workspace)
    for address in (place, f"{place}f/{feedback.id}/", f"{place}me/"):
        body = client.get(address).content.decode()
        assert ("<script>alert" in body, "<img src=x" in body, "<b onclick" in body) == (False, False, False)


@pytest.mark.parametrize(
    "body", [b"text=a%00b", b"text=%ED%A0%80", "text=\udc80车机黑屏".encode("utf-8", "surrogatepass")]
)
@pytest.mark.parametrize("path", ["say/", "follow/", "similar/"])
def test_unstorable_signs(body: bytes, path: str, place: str) -> None:
    response = Client().post(
        f"{place}{path}", body.replace(b"text", b"code") if path == "follow/" else body, content_type=FORM
    )
    assert response.status_code in {200, 302, 400, 422}
    assert Message.objects.filter(text__contains="\ufffd").count() in {0, 1}


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [("", 422, "先写点什么吧"), ("   ", 422, "先写点什么吧"), ("长" * 20_001, 422, "20001")],
)
def test_empty_and_too_long(text: str, status: int, sentence: str, place: str) -> None:
    response = Client().post(f"{place}say/", {"text": text})
    assert (response.status_code, sentence in words(response)) == (status, True)
    assert Message.objects.count() == 0


def test_the_longest_is_stored(place: str) -> None:
    assert Client().post(f"{place}say/", {"text": "长" * 20_000}).status_code == 302
    assert len(Message.objects.get().text) == 20_000


def test_a_program_is_told_nothing(place: str) -> None:
    response = Client().post(f"{place}say/", {"text": factories.COLD_START, "website": "https://spam.example"})
    assert (response.status_code, Message.objects.count()) == (302, 0)


def test_too_many_in_a_row_are_refused_in_words(place: str) -> None:
    client = Client()
    client.post(f"{place}say/", {"text": "第一句：车机黑屏"})  # begins the session
    for number in range(8):
        client.post(f"{place}say/", {"text": f"车机黑屏{number}"})
    refused = client.post(f"{place}say/", {"text": "这一句要留着"})
    assert (refused.status_code, "请过十分钟再发" in words(refused), "这一句要留着" in words(refused)) == (
        429,
        True,
        True,
    )


@pytest.mark.parametrize("after", ["x", "bnVsbA", "WzEsMl0", "W10", "%F0%9F", "WyJhIiwgImIiXQ"])
def test_cursors_nobody_made(after: str, place: str) -> None:
    for path in ("", "?order=new&", "announcements/"):
        assert Client().get(f"{place}{path}{'' if '?' in path else '?'}after={after}").status_code == 200


def test_ids_of_another_community_are_unknown(
    place: str, other_workspace: Workspace, workspace: Workspace, app_channel: ChannelAccount, member_of: MemberOf
) -> None:
    _member, client = member_of("阿澈")
    client.post(f"{place}say/", {"text": factories.COLD_START})
    process(workspace_id=workspace.id)
    feedback = Feedback.objects.get(workspace=workspace)
    there = f"/c/{other_workspace.slug}/"
    assert client.get(f"{place}f/{feedback.id}/").status_code == 200
    for path in (f"f/{feedback.id}/", f"t/{feedback.theme_id}/", f"announcements/{feedback.id}/"):
        assert (path, client.get(there + path).status_code) == (path, 404)
    posts = (
        f"f/{feedback.id}/reply/", f"t/{feedback.theme_id}/vote/", f"me/cases/{feedback.case_id}/reply/",
        f"me/cases/{feedback.case_id}/solved/", f"announcements/{feedback.id}/answer/",
        f"announcements/{feedback.id}/consent/",
    )  # fmt: skip
    for path in posts:
        assert (path, client.post(there + path, {"text": "车机黑屏", "solved": "yes"}).status_code) == (path, 404)
    assert client.get("/c/nowhere/").status_code == 404


def test_matches_marks_what_was_typed_too() -> None:
    assert matches("隐藏式门把手冻住", "门把手弹不出") == [("隐藏式", False), ("门把手", True), ("冻住", False)]
    assert matches("a<b", "a<b") == [("a<b", False)]
