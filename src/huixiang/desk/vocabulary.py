"""Words of the desk for what the domain keeps as keys, and the questions that ask for what is missing."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FACTS: Final[dict[str, Promise]] = {
    "scene": pgettext_lazy("fact", "Scene"),
    "steps": pgettext_lazy("fact", "Steps"),
    "expected": pgettext_lazy("desk", "Expected"),
    "actual": pgettext_lazy("fact", "Actual"),
    "version": pgettext_lazy("fact", "Version"),
    "frequency": pgettext_lazy("fact", "Frequency"),
    "evidence": pgettext_lazy("fact", "Evidence"),
}

MISSING: Final[dict[str, tuple[Promise, Promise]]] = {
    "scene": (
        _("When and where it happened"),
        _("Could you tell us when and where it happened, and what was going on around you then?"),
    ),
    "steps": (
        _("What was done before it happened"),
        _("What had you done just before? If you remember the order, that helps us to reproduce it."),
    ),
    "expected": (_("What should have happened"), _("What did you expect to happen instead?")),
    "actual": (_("What exactly happened"), _("What exactly did you see, and was there any message on the screen?")),
    "version": (
        _("Model and software version"),
        _("Which model and software version is it? You find the version in the settings, under About."),
    ),
    "frequency": (_("How often it happens"), _("Did it happen once, or does it happen again and again?")),
    "evidence": (
        _("A picture, a video or a log"),
        _("If it is convenient, could you send us a picture or a short video of it?"),
    ),
}

DIALS: Final[dict[str, Promise]] = {
    "influence": _("Influence"),
    "authenticity": _("Authenticity"),
    "prevalence": _("Prevalence"),
    "severity": _("Severity"),
}

SENTIMENTS: Final[dict[int, Promise]] = {-1: _("Negative"), 0: _("Neutral"), 1: _("Positive")}
