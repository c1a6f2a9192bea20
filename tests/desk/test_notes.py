"""Noting a phone call or an interview."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huixiang.cases.actions import reply
from huixiang.cases.models import Case, Turn
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import Delivery
from huixiang.intake.models import Attachment, Message
from huixiang.members.models import Identity, Member, MemberNote
from huixiang.triage import noting
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories.rows import member
from tests.intake.attachments import files

At = Callable[..., str]
SAID = {
    "kind": "phone", "name": "老周", "phone": "138 0013 8000", "scene": "零下三十度停了一夜",
    "steps": "早上按启动键没有反应，仪表显示低压系统异常，车机版本 3.4.1",
    "wish": "尽快修好，给个说法", "mood": "angry",
    "promise": "周五前给答复",
    "until": "2026-11-27T18:00",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def saved(at: At, client: Client, **changed: Any) -> Any:
    return client.post(at("note_save"), {**SAID, **changed})


def test_a_call_becomes_a_case_of_the_right_member(at: At, operator: Membership, as_operator: Client) -> None:
    sent = SimpleUploadedFile("仪表.jpg", files.photograph_with_place())
    answer = saved(at, as_operator, files=[sent])
    case = Case.objects.select_related("member", "account").get()
    assert answer["Location"] == at("case", case_id=case.id)
    assert (case.member.name, case.account.kind, case.public) == ("老周", "notes", False)
    assert Identity.objects.get(member=case.member).external_id == "13800138000"
    said, beside = Turn.objects.filter(case=case).order_by("at", "id")
    assert said.text == "\n".join([SAID["scene"], SAID["steps"], SAID["wish"]])
    assert beside.lane == "internal"
    first, *rest = beside.text.splitlines()
    assert (first, rest) == ("电话回访，手工记录", ["情绪：愤怒", "承诺：周五前给答复", "截止：2026-11-27 18:00"])
    assert Attachment.objects.get().message_id == said.message_id
    page = as_operator.get(answer["Location"]).content.decode()
    assert "13800138000" not in page


def test_somebody_known_stays_one_person(case: Case, at: At, as_operator: Client) -> None:
    saved(at, as_operator, member=str(case.member_id), name="", phone="", steps=factories.RUDE_SERVICE)
    saved(at, as_operator, member=str(case.member_id), name="", phone="13800138000", steps=factories.BLACK_SCREEN)
    saved(at, as_operator, member="", name="谁都行", steps="还是黑屏，导航全没了，这周第四次")
    assert Member.objects.filter(workspace=case.workspace).count() == 1
    notes = Message.objects.filter(account__kind="notes")
    assert {message.member_id for message in notes} == {case.member_id}


def test_a_number_of_somebody_else_is_told_and_nothing_typed_is_lost(case: Case, at: At, as_operator: Client) -> None:
    saved(at, as_operator)
    answer = saved(at, as_operator, member=str(case.member_id))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这个号码是老周的。请选择本人，或者不填号码。" in page
    assert (f">{SAID['steps']}</textarea>" in page, Message.objects.filter(account__kind="notes").count()) == (True, 1)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "", "phone": ""}, "请写明是谁：搜索成员，或者填名字或号码。"),
        ({"phone": "没有"}, "这不是电话号码：没有"),
        ({"scene": "", "steps": " ", "wish": ""}, "至少写一下经过，或者对方想要什么。"),
        ({"until": "明天"}, "截止时间请填日期和时间。"),
        ({"spoken": "昨天"}, "谈话时间请填日期和时间。"),
        ({"spoken": "2099-01-01T10:00"}, "谈话时间在未来：请填实际时间，或者留空。"),
    ],
)
def test_what_is_missing_is_said(at: At, as_operator: Client, changed: dict[str, str], sentence: str) -> None:
    answer = saved(at, as_operator, **changed)
    assert (answer.status_code, answer.context["sentence"]) == (422, sentence)
    assert Message.objects.count() == 0


def test_what_was_spoken_earlier_stands_at_its_own_time(at: At, as_operator: Client) -> None:
    saved(at, as_operator, kind="interview", spoken="2026-11-20T15:30")
    assert Message.objects.get().sent_at.isoformat() == "2026-11-20T07:30:00+00:00"
    beside = Turn.objects.get(lane="internal").text.splitlines()
    assert beside[:2] == ["线下访谈，手工记录", "谈话时间：2026-11-20 15:30"]


def test_what_is_no_feedback_is_kept_with_the_member(at: At, as_operator: Client) -> None:
    answer = saved(at, as_operator, scene="", steps=factories.CHATTER, wish="")
    assert (answer["Location"], Case.objects.count()) == (at("notes"), 0)
    assert MemberNote.objects.get().text.splitlines()[0] == "电话回访，手工记录"


def test_behind_a_long_queue_the_worker_reads_it(
    at: At, as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noting, "FEW", 0)
    assert saved(at, as_operator)["Location"] == at("notes")
    assert Message.objects.get().state == "pending"


def test_an_answer_is_a_call_to_be_made(at: At, operator: Membership, as_operator: Client) -> None:
    saved(at, as_operator)
    case = Case.objects.get()
    reply(case=case, by=operator, text="故障是夜间自检耗电，周五推送修复", lane="private")
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.recipient) == ("ready", "13800138000")
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert ("待电话告知" in page, "已电话告知" in page) == (True, True)
    as_operator.post(at("called", delivery_id=delivery.id))
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_only_calls_are_said_on_the_phone(case: Case, at: At, operator: Membership, as_operator: Client) -> None:
    reply(case=case, by=operator, text="好的", lane="private")
    assert as_operator.post(at("called", delivery_id=Delivery.objects.get().id)).status_code == 404


def test_members_are_found_while_typing(at: At, app_channel: Any, as_operator: Client) -> None:
    member(app_channel, "漠河守夜人")
    found = as_operator.get(at("note_people"), {"name": "守夜"}).context["found"]
    assert [one.name for one in found] == ["漠河守夜人"]


def test_who_only_reads_finds_no_form(at: At, as_analyst: Client) -> None:
    assert as_analyst.get(at("notes")).status_code == 404
    assert saved(at, as_analyst).status_code == 404
