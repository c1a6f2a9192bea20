"""What each step of the pipeline found about a message, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.desk.vocabulary import SENTIMENTS
from huixiang.feedback.models import Grade, Kind
from huixiang.intake.models import Message
from huixiang.triage.wording import Said, worded

STEPS: Final[dict[str, Promise]] = {
    "gate": gettext_lazy("Is it feedback"),
    "kind": gettext_lazy("Kind"),
    "sentiment": gettext_lazy("Sentiment"),
    "severity": gettext_lazy("Severity"),
    "member": gettext_lazy("Member"),
    "link": gettext_lazy("Member"),
    "continuation": gettext_lazy("Goes on with"),
    "before": gettext_lazy("Said just before"),
    "theme": gettext_lazy("Theme"),
    "grade": gettext_lazy("Grade"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One conclusion: of which step, what, how sure in per cent, and why."""

    step: str
    value: str
    sure: str
    reason: Said


def findings_of(messages: Sequence[Message]) -> list[tuple[Message, list[Finding]]]:
    """The messages of a feedback, each with what was found about it."""
    return [(message, [_finding(one) for one in message.findings if "value" in one]) for message in messages]


def _finding(one: dict[str, Any]) -> Finding:
    step, sure = str(one.get("step", "")), one.get("confidence")
    return Finding(
        str(STEPS.get(step, step)),
        _value(step, one["value"]),
        f"{float(sure):.0%}" if isinstance(sure, (int, float)) else "",
        worded(str(one.get("reason", ""))),
    )


def _value(step: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if step == "kind" and value in Kind.values:
        return str(Kind(value).label)
    if step == "grade" and value in Grade.values:
        return str(Grade(value).label)
    if step == "sentiment" and value in SENTIMENTS:
        return str(SENTIMENTS[value])
    return str(value)
