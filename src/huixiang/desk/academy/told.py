"""The journal's sentences about the academy."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from huixiang.academy.library import courses, scenarios
from huixiang.desk.academy.words import ENDINGS
from huixiang.workspaces.roles import Role

Data = dict[str, Any]


def _course(key: str) -> str:
    found = courses().get(key)
    return found.in_language(get_language() or "").title if found else key


def _scenario(key: str) -> str:
    found = scenarios().get(key)
    return found.in_language(get_language() or "").title if found else key


def _listed(words: Sequence[str]) -> str:
    return pgettext("between courses", ", ").join(words)


def _finished(data: Data) -> str:
    told = {"scenario": _scenario(data["scenario"]), "score": data["score"], "ending": ENDINGS.get(data["ending"], "")}
    return _("The scenario “%(scenario)s” was practised: %(ending)s, %(score)s of 100") % told


def _passed(data: Data) -> str:
    told = {"course": _course(data["course"]), "score": data["score"]}
    if data["again"]:
        return _("The course “%(course)s” was passed again with %(score)s of 100") % told
    return _("The course “%(course)s” was passed with %(score)s of 100") % told


def _required(data: Data) -> str:
    if not data["roles"]:
        return _("Red cases need no course any more")
    told = {
        "roles": _listed([str(Role(role).label) if role in Role.values else role for role in data["roles"]]),
        "courses": _listed([_course(course) for course in data["courses"]]), "day": data["from_day"],
    }  # fmt: skip
    return _("From %(day)s on red cases need courses (%(courses)s) of: %(roles)s") % told


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    "academy.attempt_finished": _finished,
    "academy.course_passed": _passed,
    "academy.results_taken_out": lambda d: (
        _("The academy's results of %(people)s people were taken out as a file") % {"people": d["people"]}
    ),
    "workspaces.clearance_rules_changed": _required,
}
