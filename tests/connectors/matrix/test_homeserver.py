"""The bot in rooms of a real homeserver, which nobody here wrote."""

from typing import Any

import pytest
from django.db import close_old_connections

from huixiang.channels.accounts import connect
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.contracts import TransportError, connector, place_of
from huixiang.channels.delivering import deliver_account
from huixiang.channels.models import ChannelAccount, Conversation, Delivery, Health
from huixiang.connectors.matrix import line
from huixiang.intake.models import Message
from huixiang.workspaces.models import Workspace
from tests.connectors.holding import heard
from tests.connectors.matrix.lines import bot_account
from tests.connectors.matrix.synapse import Home
from tests.factories.rows import member


def stored(account: ChannelAccount) -> dict[str, Message]:
    return {one.external_id: one for one in Message.objects.filter(account=account)}


def answered(account: ChannelAccount, message: Message, text: str, *, group: bool) -> Delivery:
    place = place_of(thread=message.thread, private=message.private, author_id=message.author_id)
    delivery = Delivery(
        workspace_id=account.workspace_id, account=account, recipient=message.author_id, text=text, purpose="reply",
        recipient_member_id=member(account, message.author_id).id, in_reply_to=message.external_id, into_group=group,
        conversation=Conversation.objects.get(account=account, external_id=place),
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver_account(account.id)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.django_db(transaction=True)
def test_what_is_said_in_rooms_comes_in_and_answers_come_back(
    workspace: Workspace, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    achuan, bot = home.register("achuan"), home.register("bot")
    account = bot_account(workspace, bot)
    assert connector("matrix").check(account) == bot.id
    group = achuan.room(name="车友群", preset="public_chat")
    alone = achuan.room(bot.id, is_direct=True, preset="trusted_private_chat")
    achuan.says(group, "机器人来之前说的")
    achuan.call("POST", f"/rooms/{group}/invite", {"user_id": bot.id})
    first = achuan.says(group, "高速上方向盘抖")
    inside: dict[str, Any] = {"m.relates_to": {"rel_type": "m.thread", "event_id": first, "is_falling_back": True,
                               "m.in_reply_to": {"event_id": first}}}  # fmt: skip
    second = achuan.says(group, "刹车也抖", **inside)
    third = achuan.says(alone, "我想单独说")
    heard(account, lambda: len(stored(account)) == 3)

    found = stored(account)
    assert set(found) == {first, second, third}
    assert [(one.thread, one.private, one.reply_to) for one in (found[first], found[second], found[third])] == [
        (group, False, ""), (group, False, first), ("", True, ""),
    ]  # fmt: skip
    assert (found[first].author_id, found[first].author_name) == (achuan.id, "achuan")
    assert Conversation.objects.get(account=account, external_id=group).group == "车友群"

    to_group = answered(account, found[second], "请问几码轮毂？", group=True)
    to_one = answered(account, found[third], "好的，您说", group=False)
    assert [(one.state, one.error) for one in (to_group, to_one)] == [("delivered", "")] * 2
    said = achuan.reads(group)[0]
    assert (said["sender"], said["content"]["body"]) == (bot.id, "请问几码轮毂？")
    relation = said["content"]["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"], relation["m.in_reply_to"]["event_id"]) == (
        "m.thread", first, second,
    )  # fmt: skip
    assert achuan.reads(alone)[0]["content"]["body"] == "好的，您说"

    bot.says(group, "重复的一句", key=to_group.transaction)  # the homeserver drops it: the id is known
    assert achuan.reads(group)[0]["event_id"] == said["event_id"]
    back: dict[str, Any] = {"m.relates_to": {"m.in_reply_to": {"event_id": said["event_id"]}}}
    last = achuan.says(group, "> <@bot> 请问几码轮毂？\n\n十九寸", **back)
    edited: dict[str, Any] = {
        "m.relates_to": {"rel_type": "m.replace", "event_id": last},
        "m.new_content": {"body": "二十寸"},
    }
    achuan.says(group, "* 二十寸", **edited)
    after = achuan.says(group, "说完了")
    heard(account, lambda: after in stored(account))
    found = stored(account)
    assert (len(found), found[last].text, found[last].reply_to) == (5, "十九寸", second)
    assert Health.objects.get(account=account).cursor["since"]

    monkeypatch.setitem(line.FILTER["room"], "timeline", {"limit": 2})  # more than that was said meanwhile
    many = [achuan.says(group, f"第 {number} 句") for number in range(7)]
    heard(account, lambda: set(many) <= set(stored(account)))
    assert len(stored(account)) == 12
    _refusals(account, home)


def _refusals(account: ChannelAccount, home: Home) -> None:
    """What the homeserver does not allow; a token that is worthless pauses the account."""
    other = home.register("other")
    place = other.room(name="别人的群")
    elsewhere = Conversation.objects.create(workspace_id=account.workspace_id, account=account, external_id=place)
    delivery = Delivery(
        workspace_id=account.workspace_id, account=account, recipient=other.id, text="好", purpose="reply",
        recipient_member_id=member(account, other.id).id, into_group=True, conversation=elsewhere,
    )  # fmt: skip
    queue_deliveries([delivery])
    deliver_account(account.id)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error.partition("：")[0]) == ("failed", "机器人在那里没有权限")

    made = Message(account=account, author_id=other.id, external_id="$none", private=True)
    Conversation.objects.create(
        workspace_id=account.workspace_id, account=account, external_id=f"@{other.id}", private=True
    )
    assert answered(account, made, "单独找您", group=False).state == "delivered"
    assert answered(account, made, "再说一句", group=False).state == "delivered"
    rooms = other.call("GET", "/sync")["rooms"]["invite"]
    assert len(rooms) == 1

    other.call("POST", "/logout", {})
    gone = connect(
        workspace=account.workspace, kind="matrix", name="旧", slug="old",
        given={"homeserver": home.address, "user": other.id, "token": other.token},
    )  # fmt: skip
    with pytest.raises(TransportError) as raised:
        heard(gone, lambda: False)
    assert raised.value.pauses
    close_old_connections()
