"""What is other in one version of a playbook than in another, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.playbooks.editing import step_titles
from huixiang.playbooks.models import PlaybookVersion, Step
from huixiang.playbooks.states import CountedFrom, DoneBy, Starts, StepKind
from huixiang.playbooks.wording import Accounts, conditions_in_words, due_in_words, only_if, owner_in_words


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is other: its name, how it was and how it is; "" for nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that came (`new`), went (`gone`), went elsewhere (`moved`) or is other (`changed`)."""

    what: str
    title: str
    fields: list[Field] = field(default_factory=list)


def compare(before: PlaybookVersion, after: PlaybookVersion, accounts: Accounts, day_minutes: int) -> list[Difference]:
    """Everything that is other in `after`, in its order, and what is gone at the end. No statement of its own."""
    told = _conditions(before, after, accounts)
    was = {step.key: step for step in before.steps.all()}
    steps = list(after.steps.all())
    kept = [step.key for step in before.steps.all() if step.key in {one.key for one in steps}]
    order = {key: place for place, key in enumerate(kept)}
    come = [step for step in steps if step.key in order]
    moved = {step.key for place, step in enumerate(come) if order[step.key] != place}
    for step in steps:
        if step.key not in was:
            told.append(Difference("new", step.title))
            continue
        fields = _fields(was[step.key], step, day_minutes, before, after)
        if fields or step.key in moved:
            told.append(Difference("changed" if fields else "moved", step.title, fields))
    keys = {step.key for step in steps}
    return told + [Difference("gone", step.title) for key, step in was.items() if key not in keys]


def _conditions(before: PlaybookVersion, after: PlaybookVersion, accounts: Accounts) -> list[Difference]:
    one, other = (dict(conditions_in_words(version.conditions, accounts)) for version in (before, after))
    names = list(dict.fromkeys([*one, *other]))
    fields = [Field(name, one.get(name, ""), other.get(name, "")) for name in names if one.get(name) != other.get(name)]
    return [Difference("changed", _("When it is taken"), fields)] if fields else []


def _fields(
    before: Step, after: Step, day_minutes: int, old: PlaybookVersion, new: PlaybookVersion
) -> list[Field]:
    was = _told(before, day_minutes, list(old.steps.all()))
    now = _told(after, day_minutes, list(new.steps.all()))
    return [Field(name, was[name], words) for name, words in now.items() if was[name] != words]


def _told(step: Step, day_minutes: int, steps: Sequence[Step]) -> dict[str, str]:
    """Everything about a step as its page tells it."""
    return {
        _("Title"): step.title,
        _("Kind"): str(StepKind(step.kind).label),
        _("How it is done"): step.guide,
        _("Whose it is"): owner_in_words(step),
        pgettext("step", "Time"): due_in_words(step, day_minutes),
        pgettext("time", "Counted"): str(CountedFrom(step.counted_from).label),
        _("Only if"): "; ".join(only_if(step, step_titles(steps))),
        pgettext("step", "Begins"): str(Starts(step.starts).label),
        pgettext("step", "Done when"): str(DoneBy(step.done_by).label),
        _("Template"): step.template_key,
    }
