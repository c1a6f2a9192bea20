"""Correcting what was read, and bringing back what was not."""

import datetime
import uuid
from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message, MessageState
from huixiang.journal.models import Entry
from huixiang.triage.models import Correction
from tests import factories
from tests.factories import rows

HTMX = {"HX-Request": "true"}


def test_tabs_count_and_narrow(at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client) -> None:
    factories.received(
        app_channel, factories.inbound(), factories.inbound(factories.PRAISE), factories.inbound(factories.CHATTER)
    )
    page = as_operator.get(at("feedback"))
    counts = {key: number for key, _word, number, _address, _here in page.context["tabs"]}
    assert (counts[""], counts["praise"], counts["noise"], counts["parked"]) == (2, 1, 1, 0)
    praise = as_operator.get(at("feedback") + "?tab=praise").context["rows"]
    assert [feedback.kind for feedback, *_shown in praise] == ["praise"]
    more = as_operator.get(at("feedback") + "?tab=praise", headers=HTMX)
    assert ("tabs" in more.context, len(more.context["rows"])) == (False, 1)  # more rows: nothing is counted again


def test_what_was_sorted_out_comes_back(
    at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client
) -> None:
    factories.received(app_channel, factories.inbound(factories.CHATTER))
    message = Message.objects.get(account=app_channel)
    assert message.state == MessageState.NOISE
    page = as_operator.get(at("feedback") + "?tab=noise")
    assert [row.id for row in page.context["messages_found"]] == [message.id]
    as_operator.post(at("message_keep", message_id=message.id))
    message.refresh_from_db()
    assert message.state == MessageState.PENDING
    assert Correction.objects.get(subject_id=message.id).after == "feedback"


def test_what_could_not_be_read_shows_its_error_and_is_read_again(
    at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client
) -> None:
    factories.received(app_channel, factories.inbound())
    message = Message.objects.get(account=app_channel)
    Message.objects.filter(id=message.id).update(state=MessageState.PARKED, error="ValueError: 读不懂")
    assert as_operator.get(at("feedback") + "?tab=parked").content.decode().count("ValueError: 读不懂") == 1
    as_operator.post(at("message_again", message_id=message.id))
    message.refresh_from_db()
    assert message.state == MessageState.PENDING
    assert as_operator.post(at("message_again", message_id=message.id), headers=HTMX).status_code == 409


def test_kind_is_corrected(at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client) -> None:
    feedback = factories.feedback(app_channel)
    as_operator.post(at("feedback_correct", feedback_id=feedback.id), {"was_kind": "defect", "kind": "question"})
    feedback.refresh_from_db()
    assert feedback.kind == "question"


def test_deleting_wants_a_reason_and_leaves_a_tombstone(
    at: Callable[..., str], app_channel: ChannelAccount, as_owner: Client
) -> None:
    feedback = factories.feedback(app_channel)
    refused = as_owner.post(at("feedback_remove", feedback_id=feedback.id), {"reason": " "}, headers=HTMX)
    assert refused.status_code == 409
    as_owner.post(at("feedback_remove", feedback_id=feedback.id), {"reason": "成员要求删除"})
    gone = Feedback.objects.get(id=feedback.id)
    assert (gone.text, gone.title, gone.removed_reason) == ("", "", "成员要求删除")
    page = as_owner.get(at("feedback_detail", feedback_id=feedback.id)).content.decode()
    assert "成员要求删除" in page
    assert factories.COLD_START not in page
    assert Entry.objects.filter(name="feedback.removed", subject_id=feedback.id).count() == 1


def test_operators_do_not_delete(at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client) -> None:
    feedback = factories.feedback(app_channel)
    answer = as_operator.post(at("feedback_remove", feedback_id=feedback.id), {"reason": "想删"})
    assert answer.status_code == 404
    feedback.refresh_from_db()
    assert feedback.removed_at is None


def listed(client: Client, address: str, **asked: str) -> list[str]:
    return [row[0].title for row in client.get(address, asked).context["rows"]]


def test_the_list_is_narrowed_by_words_grade_channel_theme_and_day(
    at: Callable[..., str], as_operator: Client, app_channel: ChannelAccount, portal_channel: ChannelAccount
) -> None:
    theme_id = uuid.uuid4()
    broken = rows.unstored(app_channel, "快递到手就破损", grade="red", theme_id=theme_id, said_at=rows.hours_ago(72))
    ignored = rows.unstored(portal_channel, "快递没送到，客服不理", grade="blue", kind="complaint")
    broken.save()
    ignored.save()
    assert listed(as_operator, at("feedback")) == [ignored.title, broken.title]
    assert listed(as_operator, at("feedback"), q="快遞") == [ignored.title, broken.title]
    assert listed(as_operator, at("feedback"), q="破损") == [broken.title]
    assert listed(as_operator, at("feedback"), grade="red") == [broken.title]
    assert listed(as_operator, at("feedback"), q="快递", channel=str(portal_channel.id)) == [ignored.title]
    assert listed(as_operator, at("feedback"), theme=str(theme_id)) == [broken.title]
    day = timezone.localdate() - datetime.timedelta(days=1)
    assert listed(as_operator, at("feedback"), since=day.isoformat()) == [ignored.title]
    assert listed(as_operator, at("feedback"), kind="complaint") == [ignored.title]
    assert listed(as_operator, at("feedback"), grade="pink", theme="x", channel="y", since="0000") == [
        ignored.title, broken.title,
    ]  # fmt: skip


def test_counts_and_further_rows_keep_the_filters(
    at: Callable[..., str], as_operator: Client, app_channel: ChannelAccount
) -> None:
    for number in range(42):
        rows.unstored(app_channel, f"门把手冻住，第 {number} 次", by=str(number)).save()
    rows.unstored(app_channel, "座椅舒服", kind="praise").save()
    page = as_operator.get(at("feedback"), {"q": "门把手"})
    assert {key: number for key, _word, number, _address, _here in page.context["tabs"]}[""] == 42
    more = as_operator.get(f"{at('feedback')}?{page.context['more']}", headers={"HX-Request": "true"})
    seen = [row[0].id for answer in (page, more) for row in answer.context["rows"]]
    assert (len(seen), len(set(seen))) == (42, 42)


def test_a_narrow_list_without_any_helps(at: Callable[..., str], as_operator: Client) -> None:
    page = as_operator.get(at("feedback"), {"q": "唐诗三百首"}).content.decode()
    assert 'class="empty"' in page
    assert 'href="?tab="' in page


def test_why_it_was_read_so_is_told_in_the_readers_language(
    at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client
) -> None:
    factories.received(app_channel, factories.inbound())
    feedback = Feedback.objects.get()
    Feedback.objects.filter(id=feedback.id).update(reasons=["我们自己的一句话"])
    page = as_operator.get(at("feedback_detail", feedback_id=feedback.id), headers={"accept-language": "en"})
    assert page.content.decode().count('<span lang="zh-Hans">我们自己的一句话</span>') == 1
    assert [dial.reason.lang for dial in page.context["dials"]] == ["", "", "", ""]
    assert str(page.context["dials"][2].reason) == "nobody else has said this so far"
    assert {(said.lang, str(said)) for said in page.context["rule"].values()} == {
        ("", "a core function fails"), ("", "severity ≥ 75"),
    }  # fmt: skip
