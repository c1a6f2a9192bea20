"""What a Discourse forum sends: new posts, signed over the raw body.

Nothing but the post itself tells when it was written, and a call that is tried again comes under another event id: so
posts are known by their own number, and calls about a post of yesterday are refused.

A webhook also tells of private messages between members. They are none of ours: such a call only says that there may be
something new, and what our own user was sent is read from its inbox.
"""

import datetime
import hmac
import re
from hashlib import sha256
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.channels.accounts import value, values
from huixiang.channels.contracts import Call, Heard, InboundMessage, NotGenuine, Unreadable
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.discourse.media import named
from huixiang.connectors.payload import found, json_object, word, written

OLD: Final = datetime.timedelta(hours=24)  # Discourse gives up after two and a half
REGULAR: Final = "1"  # of post types: no moderator's note, no whisper among staff
PRIVATE: Final = "private_message"
YES: Final = "1"
PICTURE: Final = re.compile(r"!\[([^\]|]*)(?:\|[^\]]*)?\]\([^)]*\)")


def check_signature(account: ChannelAccount, call: Call) -> None:
    """By any secret that is good now, over the raw body. Raises NotGenuine."""
    given = call.headers.get("x-discourse-event-signature", "")
    wanted = [f"sha256={hmac.new(key.encode(), call.body, sha256).hexdigest()}" for key in values(account, "secret")]
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in wanted):
        raise NotGenuine(_("The signature does not fit: check the secret of the webhook."))


def heard(account: ChannelAccount, call: Call) -> Heard:
    """What a genuine call brought. Raises NotGenuine for a post of long ago, Unreadable."""
    post = found(json_object(call.body), "post")
    if call.headers.get("x-discourse-event", "") != "post_created" or not isinstance(post, dict):
        return Heard()
    if call.at - written(word(post, "created_at")) > OLD:
        raise NotGenuine(_("The call tells of a post that is older than a day."))
    if word(post, "topic_archetype") == PRIVATE:
        return Heard(fetch=True)
    read = message(account, post)
    return Heard([read] if read else [])


def message(account: ChannelAccount, post: Any, *, private: bool = False, title: str = "") -> InboundMessage | None:
    """One post; None for our own, the forum's robots, and staff unless they are wanted. Raises Unreadable."""
    author, number, topic = word(post, "username"), word(post, "id"), word(post, "topic_id")
    if word(post, "post_type") not in (REGULAR, "") or not _is_member(account, post, author):
        return None
    if not (author and number and topic):
        raise Unreadable(_("A post without its author, number or topic."))
    title = title or word(post, "topic_title") or topic
    text = plain(word(post, "raw"))
    opens = word(post, "post_number") == "1" and not private
    return InboundMessage(
        external_id=post_id(number, word(post, "post_number")), text=f"{title}\n\n{text}" if opens else text,
        author_id=author, author_name=word(post, "name") or author, sent_at=written(word(post, "created_at")),
        thread=f"topic:{topic}", private=private, group="" if private else title,
        addressed=private or f"@{value(account, 'username').lower()}" in text.lower(),
        files=named(word(post, "raw")),
    )  # fmt: skip


def post_id(number: str, place: str) -> str:
    """A post by its number and its place in the topic: that is what an answer refers to."""
    return f"post:{number}#{place}"


def _is_member(account: ChannelAccount, post: Any, author: str) -> bool:
    own = author.lower() == value(account, "username").lower()
    robot = word(post, "user_id").startswith("-")
    staff = found(post, "staff") is True and value(account, "staff") != YES
    return not (own or robot or staff)


def plain(raw: str) -> str:
    """The words as written; a picture is its name."""
    return PICTURE.sub(lambda picture: _("[Picture: %(name)s]") % {"name": picture[1]}, raw).strip()
