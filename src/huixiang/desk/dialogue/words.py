"""The journal's sentences about the dialogue with members."""

from collections.abc import Callable
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases.detail_marks import DetailKey
from huixiang.cases.states import Stage
from huixiang.feedback.models import Grade

Data = dict[str, Any]


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _stage(data: Data) -> str:
    told = {"stage": _label(Stage, data["after"])}
    if data["by_hand"]:
        return _("The stage was set by hand: %(stage)s") % told
    return _("The dialogue went on: %(stage)s") % told


def _detail(data: Data) -> str:
    told = {"detail": _label(DetailKey, data["detail"])}
    said = {
        "known": _("%(detail)s: ticked as known"),
        "unneeded": _("%(detail)s: not needed here"),
        "missing": _("%(detail)s: still missing"),
    }
    return said.get(data["marked"], _("%(detail)s: what was said of it by hand was taken back")) % told


def _decided(data: Data) -> str:
    said: dict[str, str] = {
        "sent": _("A public answer was approved"),
        "returned": _("A public answer was sent back"),
        "withdrawn": _("A public answer that waited was withdrawn"),
    }
    if data["decision"] == "sent" and data["changed"]:
        return _("A public answer was approved with other words")
    return said.get(str(data["decision"]), "")


def _approval(data: Data) -> str:
    grades = pgettext("between roles", ", ").join(_label(Grade, grade) for grade in data["grades"])
    if not grades:
        return _("Public answers want no second person any more")
    return _("Public answers want a second person: %(grades)s") % {"grades": grades}


def _scheduled(data: Data) -> str:
    at = parse_datetime(data["send_at"])
    told = {"time": date_format(localtime(at), "m-d H:i") if at else data["send_at"]}
    if data["changed"]:
        return _("An answer goes out at another time: %(time)s") % told
    return _("An answer goes out later: %(time)s") % told


def _cancelled(data: Data) -> str:
    said = {
        "member_wrote": _("An answer does not go out later: the member wrote before"),
        "ended": _("An answer does not go out later: the case has ended"),
    }
    return said.get(data["why"], _("An answer that was to go out later was cancelled"))


def _snoozed(data: Data) -> str:
    at = parse_datetime(data["until"])
    return _("The case was put off until %(time)s") % {"time": date_format(localtime(at), "m-d H:i") if at else ""}


def _woken(data: Data) -> str:
    said = {
        "time": _("The case is back: the time it was put off to has come"),
        "news": _("The case is back: something happened on it"),
    }
    return said.get(data["why"], _("The case was taken up again before its time"))


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    "cases.stage_changed": _stage,
    "cases.detail_marked": _detail,
    "cases.snoozed": _snoozed,
    "cases.woken": _woken,
    "cases.answer_waits": lambda _data: _("A public answer waits for somebody's yes"),
    "cases.answer_decided": _decided,
    "cases.approval_set": _approval,
    "dialogue.template_saved": lambda d: (
        _("A reply template of the team was saved") if d["shared"] else _("A reply template of one's own was saved")
    ),
    "dialogue.template_deleted": lambda d: (
        _("A reply template was brought back") if d["back"] else _("A reply template was deleted")
    ),
    "dialogue.macro_saved": lambda d: (
        _("A macro of the team was saved") if d["shared"] else _("A macro of one's own was saved")
    ),
    "dialogue.macro_deleted": lambda d: _("A macro was brought back") if d["back"] else _("A macro was deleted"),
    "dialogue.macro_run": lambda d: _("A macro was taken back") if d["back"] else _("A macro was run"),
    "dialogue.reply_scheduled": _scheduled,
    "dialogue.reply_cancelled": _cancelled,
    "dialogue.reply_held": lambda _data: _("An answer could not go out at its time"),
}
