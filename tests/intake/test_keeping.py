import datetime

from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.intake.actions import erase_noise, issue_follow_code, read_again, receive, show_unmasked
from huixiang.intake.models import FollowCode, Message
from huixiang.intake.queries import follow, message_by_id, said_in_conversation, workspaces_with_pending
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.triage.tasks import erase_old_noise
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories import CHATTER, inbound, received
from tests.factories.jobs import waiting

STAFF = Actor("staff", None)


def age(**span: int) -> None:
    Message.objects.update(received_at=timezone.now() - datetime.timedelta(**span))


def test_noise_loses_its_text_after_its_days_and_still_de_duplicates(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound(CHATTER, external_id="n", author_email="a@example.com"))
    assert Message.objects.get().state == "noise"
    age(days=7, minutes=-1)
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 0
    age(days=7, minutes=1)
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 1
    row = Message.objects.get()
    assert (row.text, row.masked_text, row.author_name, row.author_email, row.findings) == ("", "", "", "", [])
    assert row.author_id == f"?{row.id}"
    assert row.erased_at is not None
    assert (row.external_id, row.state) == ("n", "noise")
    [receipt] = receive(account=app_channel, messages=[inbound(CHATTER, external_id="n")])
    assert (receipt.status, receipt.id) == ("duplicate", row.id)
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 0
    assert list(Entry.objects.filter(name="intake.noise_erased").values_list("data", flat=True)) == [{"messages": 1}]


def test_what_could_not_be_read_is_erased_too(app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[inbound()])
    Message.objects.update(state="parked", error="ValueError: …")
    age(days=8)
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 1
    row = Message.objects.get()
    assert (row.text, row.error, row.state) == ("", "", "parked")
    assert not read_again(workspace_id=row.workspace_id, message_id=row.id, actor=STAFF)


def test_feedback_keeps_its_text(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound())
    age(days=400)
    assert erase_noise(workspace_id=app_channel.workspace_id, kept_days=7) == 0


def test_every_workspace_keeps_noise_for_its_own_days(workspace: Workspace, other_workspace: Workspace) -> None:
    Workspace.objects.filter(id=other_workspace.id).update(noise_kept_days=30)
    for each in (workspace, other_workspace):
        received(each.channel_accounts.get(slug="owners-app"), inbound(CHATTER))
    age(days=10)
    erase_old_noise.func()
    assert dict(Message.objects.values_list("workspace_id", "text")) == {workspace.id: "", other_workspace.id: CHATTER}


def test_a_parked_message_is_read_again_once(app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[inbound()])
    Message.objects.update(state="parked", error="ValueError: …")
    row = Message.objects.get()
    assert read_again(workspace_id=row.workspace_id, message_id=row.id, actor=STAFF)
    row.refresh_from_db()
    assert (row.state, row.error) == ("pending", "")
    assert Entry.objects.filter(name="intake.message_read_again", subject_id=row.id).count() == 1
    assert waiting() == ["triage.process"]
    assert not read_again(workspace_id=row.workspace_id, message_id=row.id, actor=STAFF)


def test_only_the_own_workspace_reads_again(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    receive(account=app_channel, messages=[inbound()])
    Message.objects.update(state="parked")
    row = Message.objects.get()
    assert not read_again(workspace_id=other_workspace.id, message_id=row.id, actor=STAFF)
    assert message_by_id(workspace_id=other_workspace.id, message_id=row.id) is None


def test_looking_behind_the_mask_is_journalled(app_channel: ChannelAccount) -> None:
    factories.feedback(app_channel, "打不着火，打我电话 13812345678")
    row = Message.objects.get()
    assert row.masked_text == "打不着火，打我电话 138****5678"
    assert show_unmasked(message=row, actor=STAFF) == "打不着火，打我电话 13812345678"
    assert Entry.objects.filter(name="workspaces.personal_data_shown", subject_id=row.id).count() == 1


def test_a_follow_code_finds_its_conversation_however_it_is_typed(
    app_channel: ChannelAccount, other_workspace: Workspace
) -> None:
    found = factories.feedback(app_channel, thread="t")
    assert found.conversation is not None
    code = issue_follow_code(conversation=found.conversation, member=found.member, message_id=found.id)
    row = FollowCode.objects.get()
    assert code not in str(FollowCode.objects.values().get())
    assert follow(workspace=app_channel.workspace, typed=f" {code.lower().replace('-', ' ')} ") == row
    assert follow(workspace=other_workspace, typed=code) is None
    assert follow(workspace=app_channel.workspace, typed="7K4M-29QD") is None
    assert follow(workspace=app_channel.workspace, typed="") is None


def test_what_was_said_in_a_conversation_is_found_read_or_not(app_channel: ChannelAccount) -> None:
    received(app_channel, inbound(thread="t", external_id="read"), inbound(thread="u", external_id="elsewhere"))
    for state in ("pending", "parked"):
        receive(account=app_channel, messages=[inbound(thread="t", external_id=state)])
        Message.objects.filter(external_id=state).update(state=state)
    conversation = Message.objects.get(external_id="read").conversation
    assert conversation is not None
    said = said_in_conversation(conversation=conversation)
    assert [message.external_id for message in said] == ["read", "pending", "parked"]


def test_what_has_waited_too_long_is_found(app_channel: ChannelAccount) -> None:
    receive(account=app_channel, messages=[inbound(), inbound()])
    patience = datetime.timedelta(seconds=30)
    assert workspaces_with_pending(older_than=patience) == []
    age(seconds=31)
    assert workspaces_with_pending(older_than=patience) == [app_channel.workspace_id]
