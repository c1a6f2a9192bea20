"""The journal's sentences about war rooms."""

from collections.abc import Callable
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.war_rooms.states import FactState, Part

Data = dict[str, Any]


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _at(text: str) -> str:
    at = parse_datetime(text)
    return date_format(localtime(at), "m-d H:i") if at else text


def _judged(data: Data) -> str:
    if not data["approved"]:
        return _("The holding statement was refused")
    if data["alone"]:
        return _("The holding statement was approved by who asked: nobody else may")
    return _("The holding statement was approved")


def _used(data: Data) -> str:
    if data["on_theme"]:
        return _("The holding statement was put on the theme's public page")
    return (
        ngettext(
            "%(cases)s case is answered in public with the holding statement",
            "%(cases)s cases are answered in public with the holding statement",
            data["cases"],
        )
        % data
    )


def _closed(data: Data) -> str:
    told = ngettext(
        "The war room was closed with a review, %(changes)s thing changes",
        "The war room was closed with a review, %(changes)s things change",
        data["changes"],
    )
    return told % data


def _updated(data: Data) -> str:
    told = {"time": _at(data["next_at"])}
    if data["late"]:
        return _("An update was posted late, the next is due %(time)s") % told
    return _("An update was posted, the next is due %(time)s") % told


def _noted(data: Data) -> str:
    named = len(data["mentioned"])
    if not named:
        return _("A note was written into the war room")
    told = ngettext(
        "A note was written that names %(n)d person", "A note was written that names %(n)d people", named
    )
    return told % {"n": named}


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    "war_rooms.opened": lambda d: _("The war room was taken up again") if d["again"] else _("A war room was opened"),
    "war_rooms.closed": _closed,
    "war_rooms.voided": lambda _data: _("A false alarm: nothing dangerous was left, the war room closed by itself"),
    "war_rooms.update_due": lambda d: _("The update due %(time)s is missing") % {"time": _at(d["due_at"])},
    "war_rooms.joined": lambda _data: _("Another war room was joined in, with what it holds"),
    "war_rooms.parted": lambda _data: _("A war room that was joined in is a room of its own again"),
    "war_rooms.theme_taken": lambda _data: _("The war room is about a theme now"),
    "war_rooms.acknowledged": lambda d: (
        _("The red case was taken by answering it") if d["answering"] else _("Somebody took the red case")
    ),
    "war_rooms.seat_taken": lambda d: _("Somebody is in the war room: %(part)s") % {"part": _label(Part, d["part"])},
    "war_rooms.seat_left": lambda _data: _("Somebody left the war room"),
    "war_rooms.fact_written": lambda d: _("Written down, %(state)s") % {"state": _label(FactState, d["state"])},
    "war_rooms.fact_judged": lambda d: (
        _("From %(before)s to %(after)s")
        % {"before": _label(FactState, d["before"]), "after": _label(FactState, d["after"])}
    ),
    "war_rooms.question_asked": lambda _data: _("To be found out"),
    "war_rooms.question_given": lambda d: (
        _("Somebody else finds it out") if d["owner_id"] else _("Nobody finds it out for now")
    ),
    "war_rooms.question_answered": lambda _data: _("It was found out"),
    "war_rooms.decided": lambda d: (
        _("A decision replaces an earlier one") if d["superseded_id"] else _("Something was decided")
    ),
    "war_rooms.statement_written": lambda _data: _("A version of the holding statement was written"),
    "war_rooms.statement_asked": lambda _data: _("The holding statement waits for approval"),
    "war_rooms.statement_judged": _judged,
    "war_rooms.statement_used": _used,
    "war_rooms.update_posted": _updated,
    "war_rooms.note_written": _noted,
    "war_rooms.change_done": lambda d: (
        _("A change from the review is done") if d["done"] else _("A change from the review is open again")
    ),
    "war_rooms.record_exported": lambda _data: _("The war room's record was taken out as a file"),
    "war_rooms.habits_changed": lambda _data: _("How war rooms are run was changed"),
}
