"""Accounts with a mailbox on a server of ours, and mails to lay into it."""

import time
from email.message import EmailMessage

from huixiang.channels.accounts import connect
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.email.dovecot import PASSWORD, Server


def mailbox(workspace: Workspace, server: Server, user: str, **given: str) -> ChannelAccount:
    """An account whose mailbox is `user`'s on this server."""
    settings = {
        "address": user, "imap_host": "127.0.0.1", "imap_port": str(server.port), "imap_security": "plain",
        "password": PASSWORD, **given,
    }  # fmt: skip
    return connect(workspace=workspace, kind="email", name="客服邮箱", slug=user.partition("@")[0], given=settings)


ACHUAN = "阿川 <achuan@example.com>"


def mail(text: str = "", *, sender: str = ACHUAN, own_id: str = "", **headers: str) -> EmailMessage:
    """A mail as a person's program writes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Date"] = sender, "support@example.com", "Sun, 22 Nov 2026 09:00:00 +0800"
    made["Message-ID"] = own_id or f"<{time.monotonic_ns()}@mail.example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made
