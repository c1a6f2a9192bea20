"""The journal's sentences about playbooks."""

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from huixiang.playbooks.states import EndReason, StepKind

Data = dict[str, Any]


def _step(sentence: str, data: Data) -> str:
    kind = data["kind"]
    return sentence % {"step": StepKind(kind).label if kind in StepKind.values else kind}


def _ended(data: Data) -> str:
    reason = data["reason"]
    why = EndReason(reason).label if reason in EndReason.values else reason
    return _("The playbook ended: %(why)s") % {"why": why}


def _started(data: Data) -> str:
    if data["carried"]:
        return _("A playbook began, version %(version)s; %(carried)s steps were done before") % data
    return _("A playbook began, version %(version)s") % data


def _published(data: Data) -> str:
    if data["back"]:
        return _("Version %(version)s of a playbook is in force again") % data
    return _("Version %(version)s of a playbook is in force") % data


def _rota(data: Data) -> str:
    said = {"made": _("A rota was made"), "removed": _("A rota was removed")}
    return said.get(data["what"], _("A rota was changed"))


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    "playbooks.started": _started,
    "playbooks.ended": _ended,
    "playbooks.revived": lambda _data: _("The playbook goes on"),
    "playbooks.step_begun": lambda d: _step(_("Step begun: %(step)s"), d),
    "playbooks.step_done": lambda d: (
        _step(_("Step done by what happened: %(step)s") if d["fact"] else _("Step done: %(step)s"), d)
    ),
    "playbooks.step_skipped": lambda d: _step(_("Step skipped: %(step)s"), d),
    "playbooks.step_taken_back": lambda d: _step(_("Step to be done after all: %(step)s"), d),
    "playbooks.step_handed": lambda d: _step(_("Step handed on: %(step)s"), d),
    "playbooks.step_due": lambda d: _step(_("Somebody was told of a step: %(step)s"), d),
    "playbooks.step_late": lambda d: _step(_("Step late: %(step)s"), d),
    "playbooks.made": lambda d: _("A playbook was copied") if d["copied_from"] else _("A playbook was made"),
    "playbooks.published": _published,
    "playbooks.switched": lambda d: (
        _("A playbook was switched on") if d["on"] else _("A playbook was switched off")
    ),
    "playbooks.moved": lambda d: _("A playbook is asked in place %(position)s now") % d,
    "playbooks.rota_changed": _rota,
}
