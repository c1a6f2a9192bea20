"""What the bot said to somebody goes along when two members become one."""

from huixiang.groupbot.models import Remark
from huixiang.members.traces import Move

MOVES = [Move("bot_remarks", Remark)]
