"""Words of the desk for what the domain keeps as keys, and the questions that ask for what is missing."""

import json
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from huixiang.feedback.models import Grade, Kind
from huixiang.triage.models import Correction
from huixiang.triage.wording import worded

FACTS: Final[dict[str, Promise]] = {
    "scene": pgettext_lazy("fact", "Scene"),
    "steps": pgettext_lazy("fact", "Steps"),
    "expected": pgettext_lazy("desk", "Expected"),
    "actual": pgettext_lazy("fact", "Actual"),
    "version": pgettext_lazy("fact", "Version"),
    "frequency": pgettext_lazy("fact", "Frequency"),
    "evidence": pgettext_lazy("fact", "Evidence"),
}

DIALS: Final[dict[str, Promise]] = {
    "influence": _("Influence"),
    "authenticity": _("Authenticity"),
    "prevalence": _("Prevalence"),
    "severity": _("Severity"),
}

SENTIMENTS: Final[dict[int, Promise]] = {-1: _("Negative"), 0: _("Neutral"), 1: _("Positive")}

SEVERITIES: Final[dict[int, Promise]] = {
    0: pgettext_lazy("severity", "No problem"),
    1: pgettext_lazy("severity", "Slight inconvenience"),
    2: pgettext_lazy("severity", "Ordinary problem"),
    3: pgettext_lazy("severity", "A core function fails"),
    4: pgettext_lazy("severity", "A matter of safety"),
}
_GATE: Final[dict[str, Promise]] = {"noise": _("Not feedback"), "feedback": pgettext_lazy("gate", "Feedback")}
_NAMED: Final[dict[str, Any]] = {"grade": Grade, "kind": Kind}
_LISTED: Final[dict[str, dict[str, Promise]]] = {
    "sentiment": {str(value): words for value, words in SENTIMENTS.items()},
    "severity": {str(value): words for value, words in SEVERITIES.items()},
    "gate": _GATE,
}


def field_name(field: str) -> str:
    """What was corrected, in words."""
    return str(Correction.Field(field).label) if field in Correction.Field.values else field


def finding_in_words(field: str, value: str) -> str:
    """One value of a correction as a person says it; what has no words here stays as it is."""
    if field in _NAMED:
        choices = _NAMED[field]
        return str(choices(value).label) if value in choices.values else value
    if field == "aspects":
        names = [worded(name).text for name, _sentiment in json.loads(value or "[]")]
        return pgettext("between aspects", ", ").join(names) or pgettext("aspects", "none")
    return str(_LISTED.get(field, {}).get(value, value))
