"""The ways of critics go along when two members become one; triggers have them made anew for both."""

from huixiang.insights.models import CriticWay
from huixiang.members.traces import Move

MOVES = [Move("critic_ways", CriticWay)]
