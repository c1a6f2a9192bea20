"""Who is erased takes out their own words and nothing of anybody else's, whatever they called themselves."""

import datetime
import json
import os
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.channels.webhooks.actions import open_endpoint
from huixiang.channels.webhooks.models import RefusedCall, WebhookDelivery
from huixiang.feedback.models import Feedback
from huixiang.insights.models import Export
from huixiang.intake.models import Message
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.members import erasing, exporting
from huixiang.members.actions import describe as rename
from huixiang.members.models import DataExport, Erasure, ExportState, Member
from huixiang.themes import actions as themes
from huixiang.themes.models import Change, Theme
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import KeptAnswer, Membership
from tests import factories
from tests.factories import rows

AT = "2026-11-01T10:12:01+08:00"
SAID = "保养改期没有人通知，到店以后白等了整整一个上午"
STAFF = Actor("staff", None)


def own(member: Member) -> Actor:
    return Actor("member", member.id)


def erase(member: Member) -> None:
    erasing.ask(member=member, actor=own(member))


@pytest.fixture
def member(app_channel: ChannelAccount, operator: Membership) -> Member:
    return factories.case(app_channel, SAID, author_id="u-1", author_name="小白").member


def posted(owner: Membership, subject: uuid.UUID, **data: object) -> WebhookDelivery:
    endpoint, _secret = open_endpoint(
        workspace=owner.workspace, name="数据仓库", url="https://1.1.1.1/", wanted=["case.opened"], personal=True,
        actor=Actor("staff", owner.id),
    )  # fmt: skip
    payload = {"type": "case.opened", "timestamp": AT, "data": {"id": str(subject), **data}}
    return WebhookDelivery.objects.create(
        workspace=owner.workspace, endpoint=endpoint, message_id=f"evt_{subject}", event="case.opened", payload=payload,
        tries=[{"at": AT, "status": 200, "milliseconds": 101, "error": "", "answer": "收到：小白"}],
    )  # fmt: skip


def answered(owner: Membership, name: str, body: str) -> KeptAnswer:
    key = create_api_key(workspace=owner.workspace, scopes=["read"], acts_for=owner)[0]
    return KeptAnswer.objects.create(
        workspace=owner.workspace, api_key=key, name=name, request_digest=b"1", status=200, body=body
    )


def test_a_name_of_two_digits_changes_no_message_and_no_kept_answer(member: Member, owner: Membership) -> None:
    others = posted(owner, uuid.uuid4(), number="HX-1012", member="01")
    body = '{"id": "a2010112-0101-4a01-8b01-010101010101", "at": "' + AT + '"}'
    kept = answered(owner, "n-1", body)
    rename(member=member, actor=own(member), name="01")
    erase(member)
    assert WebhookDelivery.objects.get(id=others.id).payload == others.payload
    assert KeptAnswer.objects.get(id=kept.id).body == body


def test_a_message_about_them_loses_what_is_personal_and_keeps_its_ids(member: Member, owner: Membership) -> None:
    case = Case.objects.get(member=member)
    told = posted(owner, case.id, number=case.label, title=case.title, member="小白", grade="orange")
    before = told.payload
    erase(member)
    told.refresh_from_db()
    data = {"id": str(case.id), "number": case.label, "title": "", "member": "", "grade": "orange"}
    assert told.payload == {"type": "case.opened", "timestamp": AT, "data": data}
    assert told.tries == [{"at": AT, "status": 200, "milliseconds": 101, "error": "", "answer": ""}]
    erasing.undo(member=member, actor=own(member))
    told.refresh_from_db()
    assert (told.payload, told.tries[0]["answer"]) == (before, "收到：小白")


def test_a_kept_answer_about_them_is_emptied_and_its_row_stays(member: Member, owner: Membership) -> None:
    case = Case.objects.get(member=member)
    kept = answered(owner, "n-1", f'{{"id": "{case.id}", "title": "{case.title}"}}')
    erase(member)
    after = KeptAnswer.objects.get(id=kept.id)
    assert (after.body, bytes(after.request_digest), after.name) == ("", b"1", "n-1")


def test_the_log_of_messages_costs_one_statement_however_long(
    member: Member, owner: Membership, django_assert_max_num_queries: Any
) -> None:
    first = posted(owner, uuid.uuid4(), title=SAID)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            workspace=owner.workspace, endpoint=first.endpoint, message_id=f"m-{place}", event="case.opened",
            payload=first.payload,
        )
        for place in range(2_000)
    )  # fmt: skip
    begun = timezone.now()
    with django_assert_max_num_queries(150):
        erase(member)
    assert timezone.now() - begun < datetime.timedelta(seconds=3)
    assert set(WebhookDelivery.objects.values_list("payload__data__title", flat=True)) == {SAID}


def published(theme: Theme, **parts: str) -> Announcement:
    values = {"title": "保养改期有了提醒", "what_happened": "保养改期没有通知。", "how_fixed": "请勿行驶，先联系门店。"}
    return Announcement.objects.create(
        workspace=theme.workspace, theme=theme, number=1, published_at=timezone.now(), **{**values, **parts}
    )


def theirs(member: Member) -> Theme:
    found = Feedback.objects.filter(member=member).values_list("theme_id", flat=True).first()
    return Theme.objects.get(id=found)


@pytest.mark.parametrize("name", ["保养", "保养改期", "请勿行驶"])
def test_a_name_taken_later_changes_no_text_of_the_team(member: Member, operator: Membership, name: str) -> None:
    theme = theirs(member)
    themes.describe(theme=theme, actor=STAFF, name="保养改期没有通知", summary="保养改期没人说", fix="请勿行驶的提示")
    text = published(theme)
    rename(member=member, actor=own(member), name=name)
    erase(member)
    after = Announcement.objects.get(id=text.id)
    assert (after.title, after.what_happened, after.how_fixed) == (text.title, text.what_happened, text.how_fixed)
    theme.refresh_from_db()
    assert (theme.name, theme.summary, theme.fix) == ("保养改期没有通知", "保养改期没人说", "请勿行驶的提示")
    assert Change.objects.get(theme=theme).after["summary"] == "保养改期没人说"
    assert not Entry.objects.filter(name="members.words_taken_out").exists()


def test_what_was_said_after_a_text_takes_nothing_out_of_it(
    member: Member, operator: Membership, app_channel: ChannelAccount
) -> None:
    theme = theirs(member)
    text = published(theme, how_fixed="请勿行驶，先联系附近的服务门店检查制动。")
    factories.received(
        app_channel, factories.inbound("先联系附近的服务门店检查制动。刹车异响", author_id="u-1", author_name="小白")
    )
    Message.objects.filter(text__contains="服务门店").update(received_at=timezone.now())  # not when the test began
    erase(member)
    assert Announcement.objects.get(id=text.id).how_fixed == text.how_fixed


def test_a_short_clause_stays_and_a_long_quote_goes_and_the_team_is_told(
    member: Member, operator: Membership, client: Client
) -> None:
    theme = theirs(member)
    text = published(theme, what_happened="有人说：到店以后白等了整整一个上午。保养改期没有人通知，我们改。")
    themes.describe(theme=theme, actor=STAFF, name="保养改期", workaround="保养改期没有人通知时请打电话")
    erase(member)
    after = Announcement.objects.get(id=text.id)
    assert after.what_happened == "有人说：……。保养改期没有人通知，我们改。"
    assert Theme.objects.get(id=theme.id).workaround == "保养改期没有人通知时请打电话"
    told = Entry.objects.get(name="members.words_taken_out")
    assert (told.subject_id, told.data) == (member.id, {"announcements": [str(text.id)], "themes": []})
    client.force_login(operator.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("desk:member", kwargs={"workspace": operator.workspace.slug, "member_id": member.id}))
    assert [one.id for one in page.context["changed"].announcements] == [text.id]
    assert "这次删除改动的文字" in page.content.decode()


def test_a_latin_name_inside_another_word_stays(app_channel: ChannelAccount, operator: Membership) -> None:
    member = factories.case(app_channel, SAID, author_id="u-2", author_name="Ann").member
    text = published(theirs(member), what_happened="Ann told us, Anna and CAnn too.")
    erase(member)
    assert Announcement.objects.get(id=text.id).what_happened == "一位成员 told us, Anna and CAnn too."


def test_undoing_keeps_what_staff_wrote_meanwhile(member: Member, operator: Membership) -> None:
    theme, case = theirs(member), Case.objects.get(member=member)
    themes.describe(theme=theme, actor=STAFF, summary="有人说到店以后白等了整整一个上午", name="保养改期")
    title = case.title
    erase(member)
    themes.describe(theme=Theme.objects.get(id=theme.id), actor=STAFF, summary="改期要有提醒")
    Member.objects.filter(id=member.id).update(mood=7)
    erasing.undo(member=member, actor=own(member))
    assert Theme.objects.get(id=theme.id).summary == "改期要有提醒"
    assert (Case.objects.get(id=case.id).title, Member.objects.get(id=member.id).name) == (title, "小白")
    assert Member.objects.get(id=member.id).mood == 7


def test_a_refused_call_is_emptied_by_address_and_only_loses_the_name_by_name(
    member: Member, app_channel: ChannelAccount
) -> None:
    Member.objects.filter(id=member.id).update(email="xiaobai@mail.example", name="白三岁")
    workspace = app_channel.workspace
    for text in ("from xiaobai@mail.example: 坏", "来自白三岁的坏消息", "与谁无关"):
        RefusedCall.objects.create(workspace=workspace, account=app_channel, reason="坏", excerpt=text)
    erase(member)
    left = RefusedCall.objects.order_by("at").values_list("excerpt", flat=True)
    assert list(left) == ["", "来自一位成员的坏消息", "与谁无关"]


def test_files_of_verbatims_with_their_words_go_and_others_stay(
    member: Member, operator: Membership, app_channel: ChannelAccount, settings: Any, tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    other = rows.theme(app_channel, 9)
    made = [
        Export.objects.create(
            workspace=operator.workspace, by=operator, format="csv", language="zh-hans", themes=[str(theme.id)],
            state="done", path=str(tmp_path / f"{place}.csv"),
        )
        for place, theme in enumerate((theirs(member), other))
    ]  # fmt: skip
    for place in range(2):
        (tmp_path / f"{place}.csv").write_text(SAID)
    with django_capture_on_commit_callbacks(execute=True):
        erase(member)
    states = [Export.objects.get(id=one.id).state for one in made]
    assert (states, sorted(one.name for one in tmp_path.iterdir())) == (["gone", "done"], ["1.csv"])


def test_what_a_killed_worker_left_of_an_export_is_swept_up(member: Member, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    export = DataExport.objects.create(
        workspace_id=member.workspace_id, member=member, asked_by_kind="member", state=ExportState.READY,
        expires_at=timezone.now() + datetime.timedelta(days=3),
    )  # fmt: skip
    folder = tmp_path / "exports"
    folder.mkdir()
    old = (timezone.now() - datetime.timedelta(hours=3)).timestamp()
    for name in (f"{export.id}.zip", f"{uuid.uuid4()}.zip", f"{uuid.uuid4()}.part"):
        (folder / name).write_text("x")
        os.utime(folder / name, (old, old))
    (folder / "now.part").write_text("x")
    exporting.expire()
    assert sorted(one.name for one in folder.iterdir()) == sorted([f"{export.id}.zip", "now.part"])


def test_a_worker_that_is_stopped_leaves_no_beginning(
    member: Member, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    export = DataExport.objects.create(workspace_id=member.workspace_id, member=member, asked_by_kind="member")

    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "_write", stop)
    with pytest.raises(KeyboardInterrupt):
        exporting.run(export.id)
    assert list((tmp_path / "exports").iterdir()) == []
    assert DataExport.objects.get(id=export.id).state == ExportState.FAILED


def test_an_erasure_sealed_without_its_blanks_comes_back_whole(member: Member) -> None:
    erase(member)
    asked = Erasure.objects.get()
    sealed = json.loads(decrypt(asked.sealed))
    del sealed["blanks"]
    Erasure.objects.update(sealed=encrypt(json.dumps(sealed)))
    erasing.undo(member=member, actor=own(member))
    assert Member.objects.get(id=member.id).name == "小白"
