"""Answers that go out later."""

import datetime
import re
from io import BytesIO

import pytest
from django.utils import timezone

from huixiang.cases.actions import Said, end, hear
from huixiang.cases.holding import Unfilled
from huixiang.cases.models import Case
from huixiang.dialogue import scheduling, times
from huixiang.dialogue.models import ScheduledReply
from huixiang.dialogue.scheduling import Later
from huixiang.intake.attachments.actions import upload
from huixiang.intake.models import Attachment
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.members.models import Identity
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories.jobs import arguments_of, run_waiting, waiting

HOUR = datetime.timedelta(hours=1)
WORDS = "早上好，昨天的事查到了"


def later(case: Case, by: Membership, text: str = WORDS, *, until_they_write: bool = True) -> ScheduledReply:
    return scheduling.schedule(
        case=case, by=by, text=text, lane="private", later=Later(timezone.now() + HOUR, until_they_write)
    )


def due(row: ScheduledReply) -> ScheduledReply:
    """Its time has come."""
    ScheduledReply.objects.filter(id=row.id).update(send_at=timezone.now())
    scheduling.send_due(row.id)
    row.refresh_from_db()
    return row


def writes(case: Case) -> None:
    said = Said(case=case, text="喂？", at=timezone.now(), message_id=new_id(), conversation_id=None, lane="private")
    hear(workspace_id=case.workspace_id, said=[said])


def sent(case: Case) -> list[str]:
    return list(case.turns.filter(direction="outbound").values_list("text", flat=True))


def told(case: Case) -> list[str]:
    rows = Entry.objects.filter(subject_id=case.id, name__startswith="dialogue.").order_by("id")
    return [row.name for row in rows]


def test_it_waits_with_a_job_and_goes_out_with_its_files(case: Case, operator: Membership) -> None:
    file = upload(workspace=case.workspace, name="a.txt", file=BytesIO(b"words"), size=5)
    at = timezone.now() + HOUR
    row = scheduling.schedule(
        case=case, by=operator, text=WORDS, lane="private", later=Later(at), attachments=[file]
    )
    assert (arguments_of("dialogue.send"), sent(case)) == ([{"scheduled_id": str(row.id)}], [])
    scheduling.send_due(row.id)
    assert sent(case) == []  # not before its time
    assert (due(row).state, sent(case), row.turn is not None) == ("sent", [WORDS], True)
    assert Attachment.objects.get(id=file.id).turn_id == row.turn_id
    scheduling.send_due(row.id)
    assert sent(case) == [WORDS]


def test_it_is_cancelled_when_they_write_before(case: Case, operator: Membership) -> None:
    row, other = later(case, operator), later(case, operator, "不管怎样都发", until_they_write=False)
    writes(case)
    assert "dialogue.member_wrote" in waiting()
    scheduling.member_wrote(workspace_id=case.workspace_id, case_ids=[case.id])
    row.refresh_from_db()
    assert (row.state, row.why) == ("cancelled", "member_wrote")
    assert [one.id for one in scheduling.of_case(case)] == [row.id, other.id]  # and it is told
    assert due(other).state == "sent"
    assert told(case) == ["dialogue.reply_scheduled", "dialogue.reply_scheduled", "dialogue.reply_cancelled"]


def test_also_when_they_wrote_just_before_its_time(case: Case, operator: Membership) -> None:
    row = later(case, operator)
    writes(case)
    assert (due(row).state, sent(case)) == ("cancelled", [])


def test_what_stands_in_its_way_is_told_and_nothing_is_lost(case: Case, operator: Membership) -> None:
    row = later(case, operator)
    Identity.objects.filter(member=case.member).delete()
    assert (due(row).state, row.text, sent(case)) == ("held", WORDS, [])
    assert re.match("没有办法|无法|There is no way", row.why)
    assert told(case)[-1] == "dialogue.reply_held"
    assert scheduling.of_case(case) == [row]


def test_whoever_left_says_nothing_any_more(case: Case, operator: Membership) -> None:
    writer = factories.membership(case.workspace, "specialist", name="小林")
    row = later(case, writer)
    Membership.objects.filter(id=writer.id).update(left_at=timezone.now())
    assert (due(row).state, "小林" in row.why) == ("held", True)
    scheduling.send_now(scheduled=row, by=operator)
    assert (sent(case), case.turns.get(text=WORDS).by) == ([WORDS], operator)


def test_an_ended_case_is_left_alone(case: Case, operator: Membership) -> None:
    row = later(case, operator)
    end(case=case, state="solved", actor=SYSTEM)
    assert (due(row).state, row.why, sent(case)) == ("cancelled", "ended", [])


def test_other_words_and_another_time(case: Case, operator: Membership) -> None:
    row = later(case, operator)
    at = timezone.now() + 2 * HOUR
    scheduling.change(scheduled=row, by=operator, text="改一下", later=Later(at, until_they_write=False))
    assert len(arguments_of("dialogue.send")) == 2
    row.refresh_from_db()
    assert (row.text, row.send_at, row.until_they_write) == ("改一下", at, False)
    scheduling.cancel(scheduled=row, by=operator)
    assert (due(row).state, scheduling.of_case(case)) == ("cancelled", [])
    with pytest.raises(Refused):
        scheduling.send_now(scheduled=row, by=operator)


def test_it_is_looked_at_when_it_is_put_off(case: Case, operator: Membership) -> None:
    with pytest.raises(Unfilled):
        later(case, operator, "在{{fixed_in}}修好了")
    with pytest.raises(Refused):
        scheduling.schedule(
            case=case, by=operator, text=WORDS, lane="private", later=Later(timezone.now() - HOUR)
        )
    assert not ScheduledReply.objects.exists()


def test_the_job_does_it(case: Case, operator: Membership) -> None:
    row = later(case, operator)
    ScheduledReply.objects.filter(id=row.id).update(send_at=timezone.now())
    assert "dialogue.send" in run_waiting()
    assert sent(case) == [WORDS]


def test_when_a_day_begins(case: Case) -> None:
    evening = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)  # 20:00 in Shanghai
    assert times.tomorrow("Asia/Shanghai", after=evening).isoformat() == "2026-11-24T09:00:00+08:00"
    case.turns.update(at=datetime.datetime(2026, 11, 20, 23, 40, tzinfo=datetime.UTC))  # 7:40
    assert times.their_morning(case, after=evening).isoformat() == "2026-11-24T07:30:00+08:00"
    case.turns.update(at=datetime.datetime(2026, 11, 20, 14, tzinfo=datetime.UTC))  # 22:00
    assert times.their_morning(case, after=evening).isoformat() == "2026-11-24T09:00:00+08:00"
