"""How each rule looks: a few statements over indexes, however many cases, themes or messages there are."""

from collections.abc import Mapping
from typing import Final

from huixiang.alerts.looks import angry, answers, cases, channels, feedback, rooms, themes
from huixiang.alerts.models import AlertKind
from huixiang.alerts.sighting import Look

LOOKS: Final[Mapping[str, Look]] = {
    AlertKind.RED: cases.red,
    AlertKind.SAFETY: feedback.safety,
    AlertKind.ROOM: rooms.room,
    AlertKind.CLOCK: cases.clock,
    AlertKind.KOC: cases.koc,
    AlertKind.CRITIC: feedback.critic,
    AlertKind.RISE: themes.rise,
    AlertKind.ANGER: angry.anger,
    AlertKind.SILENCE: channels.silence,
    AlertKind.STEP: rooms.step,
    AlertKind.APPROVAL: answers.approval,
    AlertKind.PAUSED: channels.paused,
    AlertKind.FAILED: channels.failed,
}
