"""What is stored about me: listed, exported to me alone, erased at my wish, taken back within fifteen days."""

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.members import erasing
from huixiang.members.actions import identify, member_for_user
from huixiang.members.models import Erasure, Identity, Member
from huixiang.workspaces.models import User, Workspace
from tests import factories
from tests.factories import jobs


@pytest.fixture
def page(workspace: Workspace) -> Callable[..., str]:
    def address(view: str, **arguments: Any) -> str:
        return reverse(f"portal:{view}", kwargs={"community": workspace.slug, **arguments})

    return address


@pytest.fixture
def person(workspace: Workspace, portal_channel: ChannelAccount) -> User:
    """Somebody with a login who said something in public."""
    user = factories.user("阿澈")
    member = member_for_user(workspace=workspace, user=user)
    identify(account=portal_channel, external_id=str(user.id), member=member)
    factories.received(portal_channel, factories.inbound(author_id=str(user.id), author_name="阿澈", public=True))
    return user


@pytest.fixture
def me(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_what_is_stored_is_listed_with_how_long(me: Client, page: Callable[..., str]) -> None:
    answer = me.get(page("me"))
    listed = {str(one.word): one.count for one in answer.context["stored"]}
    assert listed["提过的反馈"] == 1
    assert listed["各渠道上的身份"] == 1
    assert all(one.retention and one.fate for one in answer.context["stored"])


def test_the_file_is_mine_alone(
    me: Client, page: Callable[..., str], person: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    me.post(page("me_export"))
    jobs.run_waiting()
    made = Member.objects.get(user=person).exports.get()
    answer = me.get(page("me_export_file", data_export_id=made.id))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        said = json.loads(archive.read("feedback.json"))
    assert [row["text"] for row in said] == [factories.COLD_START]
    stranger = Client()
    assert stranger.get(page("me_export_file", data_export_id=made.id)).status_code == 302
    stranger.force_login(factories.user("别人"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert stranger.get(page("me_export_file", data_export_id=made.id)).status_code == 404


def test_the_file_expires(me: Client, page: Callable[..., str], person: User, settings: Any, tmp_path: Any) -> None:
    from huixiang.members import exporting  # noqa: PLC0415

    settings.MEDIA_ROOT = tmp_path
    me.post(page("me_export"))
    jobs.run_waiting()
    made = Member.objects.get(user=person).exports.get()
    assert exporting.expire() == 0
    Member.objects.get(user=person).exports.update(expires_at=timezone.now() - datetime.timedelta(minutes=1))
    assert me.get(page("me_export_file", data_export_id=made.id)).status_code == 404
    assert exporting.expire() == 1
    assert list(tmp_path.rglob("*.zip")) == []


def test_erased_at_my_wish_and_taken_back(me: Client, page: Callable[..., str], person: User) -> None:
    said = Feedback.objects.get(member__user=person)
    assert factories.COLD_START[:12] in Client().get(page("feedback", feedback_id=said.id)).content.decode()
    listed = me.get(page("me_erase"))
    assert "提过的反馈" in [str(one.word) for one in listed.context["stored"]]
    assert Erasure.objects.count() == 0
    me.post(page("me_erase"))
    hidden = Client().get(page("feedback", feedback_id=said.id)).content.decode()
    assert factories.COLD_START[:12] not in hidden
    assert "阿澈" not in hidden
    waiting = me.get(page("me"))
    assert waiting.context["erasure"].due_at.date() == (timezone.now() + datetime.timedelta(days=15)).date()
    me.post(page("me_erase_undo"))
    assert factories.COLD_START[:12] in Client().get(page("feedback", feedback_id=said.id)).content.decode()
    assert [one.standing.feedback.id for one in me.get(page("me")).context["others"]] == [said.id]


def test_after_the_days_nobody_is_signed_in_any_more(me: Client, page: Callable[..., str], person: User) -> None:
    me.post(page("me_erase"))
    Erasure.objects.update(due_at=timezone.now())
    assert erasing.finish_due() == 1
    assert me.get(page("me")).status_code == 302
    assert not User.objects.filter(id=person.id).exists()
    assert not Identity.objects.filter(external_id=str(person.id)).exists()


def test_my_name_is_mine_to_change(me: Client, page: Callable[..., str], person: User) -> None:
    me.post(page("me_rename"), {"name": "阿澈（回到北京）"})
    assert Member.objects.get(user=person).name == "阿澈（回到北京）"
    me.post(page("me_rename"), {"name": "  "})
    assert Member.objects.get(user=person).name == "阿澈（回到北京）"


@pytest.mark.parametrize(
    ("method", "view"),
    [
        ("post", "me_rename"),
        ("post", "me_export"),
        ("get", "me_erase"),
        ("post", "me_erase"),
        ("post", "me_erase_undo"),
    ],
)
def test_who_is_not_signed_in_is_led_there(
    page: Callable[..., str], workspace: Workspace, method: str, view: str
) -> None:
    answer = getattr(Client(), method)(page(view))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
