"""Correcting what was read, and bringing back what was not."""

from collections.abc import Callable

from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message, MessageState
from huixiang.journal.models import Entry
from huixiang.triage.models import Correction
from tests import factories

HTMX = {"HX-Request": "true"}


def test_tabs_count_and_narrow(at: Callable[..., str], app_channel: ChannelAccount, as_operator: Client) -> None:
    factories.received(
        app_channel, factories.inbound(), factories.inbound(factories.PRAISE), factories.inbound(factories.CHATTER)
    )
    page = as_operator.get(at("feedback"))
    counts = {key: number for key, _word, number, _here in page.context["tabs"]}
    assert (counts[""], counts["praise"], counts["noise"], counts["parked"]) == (2, 1, 1, 0)
    praise = as_operator.get(at("feedback") + "?tab=praise").context["rows"]
    assert [feedback.kind for feedback, _theme in praise] == ["praise"]
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
    as_operator.post(at("feedback_kind", feedback_id=feedback.id), {"kind": "question"})
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
