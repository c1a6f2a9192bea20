"""Accounts of bots on a homeserver of ours."""

from huixiang.channels.accounts import connect
from huixiang.channels.models import ChannelAccount
from huixiang.workspaces.models import Workspace
from tests.connectors.matrix.synapse import User


def bot_account(workspace: Workspace, bot: User, **given: str) -> ChannelAccount:
    settings = {"homeserver": bot.address, "user": bot.id, "token": bot.token, **given}
    return connect(workspace=workspace, kind="matrix", name="车友群机器人", slug="matrix", given=settings)
