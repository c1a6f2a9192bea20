"""Making a version from the corrections, switching it on, and going back."""

import datetime
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.engine import MODEL_VERSION
from huixiang.engine.learning.adapter import Adapter
from huixiang.engine.learning.fitting import LEAST_OF_A_QUESTION, fit
from huixiang.engine.learning.material import material
from huixiang.engine.learning.measuring import on_material, on_texts
from huixiang.engine.learning.replayed import load
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.triage import events
from huixiang.triage.learned import LearnedState, LearnedStep, LearnedVersion
from huixiang.triage.learning import effects
from huixiang.triage.learning.adapters import active_adapter, active_version
from huixiang.triage.learning.gathering import Example, gathered
from huixiang.workspaces.models import Membership, Workspace

log = logging.getLogger(__name__)

LEAST: Final = 30  # corrected texts, below which chance would teach
LEAST_HELD_BACK: Final = 4
LOST_AFTER: Final = datetime.timedelta(hours=2)  # what is made takes minutes; longer, its process was killed for good
MAKING: Final = (LearnedState.WAITING, LearnedState.LEARNING)
SWITCHABLE: Final = (LearnedState.CANDIDATE, LearnedState.RETIRED)

Progress = Callable[[LearnedVersion], None]


@dataclass(frozen=True, slots=True)
class Share:
    """The examples in two parts: what is learned from, and what is held back to measure on."""

    learned: list[Example]
    held_back: list[Example]


def divided(examples: Sequence[Example]) -> Share:
    """Part the examples as their words decide. Raises Refused, with how many are wanted, for too few."""
    share = Share([one for one in examples if not one.held_back], [one for one in examples if one.held_back])
    if len(examples) < LEAST or len(share.held_back) < LEAST_HELD_BACK:
        raise Refused(
            _("There are %(have)d corrected texts to learn from; it takes %(need)d, so that chance is not learned.")
            % {"have": len(examples), "need": max(LEAST, len(examples) + 1)}
        )
    if max(_counts(share.learned).values()) < LEAST_OF_A_QUESTION:
        raise Refused(
            _("No finding was corrected %(need)d times yet: a finding is learned from that many on.")
            % {"need": LEAST_OF_A_QUESTION}
        )
    return share


def _counts(examples: Sequence[Example]) -> dict[str, int]:
    found = {"gate": 0}
    for name in (name for one in examples for name in one.answers):
        found[name] = found.get(name, 0) + 1
    return found


@transaction.atomic
def ask(*, workspace: Workspace, by: Membership | None, queued: bool = True) -> LearnedVersion:
    """Begin a version from the corrections there are; who asks from a terminal is nobody of the team.

    Job: triage.learn, unless the caller makes it in this process. Journal: triage.learning_asked. Raises Refused when
    there are too few corrections, or one is being made already.
    """
    Workspace.objects.select_for_update(no_key=True).get(id=workspace.id)
    rows = LearnedVersion.objects.filter(workspace=workspace)
    forgotten = rows.filter(state__in=MAKING, asked_at__lt=timezone.now() - LOST_AFTER)
    forgotten.update(state=LearnedState.FAILED, step="", error=_("It was not finished."))
    if rows.filter(state__in=MAKING).exists():
        raise Refused(_("A version is being made already: wait for it."))
    if load().base != MODEL_VERSION:
        raise Refused(_("The models were renewed without what is needed to learn further; install them again."))
    divided(gathered(workspace.id))
    number = (rows.aggregate(most=Max("number"))["most"] or 0) + 1
    version = LearnedVersion.objects.create(workspace=workspace, number=number, base_version=MODEL_VERSION, by=by)
    event = events.LearningAsked(subject=version.id, number=number)
    record(event, workspace_id=workspace.id, actor=Actor("staff", by.id) if by else SYSTEM)
    if queued:
        jobs.queue("triage.learn", lock=f"triage.learn:{workspace.id}", version_id=str(version.id))
    return version


def make(version_id: uuid.UUID, *, on_progress: Progress = lambda _version: None) -> LearnedVersion:
    """Learn, measure, and see what would change lately; safe to run again after a killed job.

    A version that cannot be made fails with a sentence. Journal: triage.version_made or triage.learning_failed.
    """
    version = LearnedVersion.objects.select_related("workspace").get(id=version_id)
    if version.state not in MAKING:
        return version
    try:
        _make(version, on_progress)
    except Refused as refused:
        _fail(version, str(refused.sentence))
    except KeyboardInterrupt:  # in a terminal
        _fail(version, _("It was not finished."))
        raise
    except Exception:
        log.exception("version %s of workspace %s could not be made", version.number, version.workspace_id)
        _fail(version, _("It could not be made; the log of the service says where it failed."))
        raise
    return version


def _make(version: LearnedVersion, on_progress: Progress) -> None:
    def step(name: str, *, done: int = 0, total: int = 0) -> None:
        version.state, version.step, version.done, version.total = LearnedState.LEARNING, name, done, total
        version.save(update_fields=["state", "step", "done", "total"])
        on_progress(version)

    step(LearnedStep.READING)
    share = divided(gathered(version.workspace_id))
    step(LearnedStep.FITTING)
    candidate = _learned(version, share.learned)
    version.compared_with_id, present = active_version(version.workspace_id), active_adapter(version.workspace_id)
    version.learned_from, version.held_back = len(share.learned), len(share.held_back)
    version.figures = _figures(share, present, candidate)
    feedbacks, left_out = effects.lately(version.workspace_id)
    total = len(feedbacks) + len(left_out)
    version.effects = effects.look(
        version, present=present, candidate=candidate,
        on_progress=lambda done: step(LearnedStep.LOOKING, done=done, total=total),
    )  # fmt: skip
    _keep(version, candidate)


def _learned(version: LearnedVersion, examples: Sequence[Example]) -> Adapter:
    taught = material(
        [one.text for one in examples], [one.answers for one in examples],
        vectors=np.stack([one.vector for one in examples]),
    )  # fmt: skip
    name = f"{MODEL_VERSION}+{version.number}"
    return fit(taught, load().learned_from(), version=name, base=MODEL_VERSION)


def _figures(share: Share, present: Adapter | None, candidate: Adapter) -> dict[str, Any]:
    """The comparison on what was held back, and on the base's own sample."""
    texts, answers = [one.text for one in share.held_back], [one.answers for one in share.held_back]
    vectors = np.stack([one.vector for one in share.held_back])
    corrections = on_texts(texts, answers, present=present, candidate=candidate, vectors=vectors)
    base = on_material(load().measured_on(), present=present, candidate=candidate)
    return {
        "corrections": [one.to_json() for one in corrections],
        "base": [one.to_json() for one in base],
        "learned": sorted(candidate.parts),
    }


@transaction.atomic
def _keep(version: LearnedVersion, candidate: Adapter) -> None:
    version.adapter, version.state, version.step = candidate.to_bytes(), LearnedState.CANDIDATE, ""
    version.made_at = timezone.now()
    version.save()
    event = events.VersionMade(
        subject=version.id, number=version.number, learned_from=version.learned_from, held_back=version.held_back
    )
    record(event, workspace_id=version.workspace_id)


@transaction.atomic
def _fail(version: LearnedVersion, sentence: str) -> None:
    LearnedVersion.objects.filter(id=version.id).update(state=LearnedState.FAILED, error=sentence, step="")
    version.state, version.error = LearnedState.FAILED, sentence
    record(events.LearningFailed(subject=version.id, number=version.number), workspace_id=version.workspace_id)


@transaction.atomic
def switch_on(*, version: LearnedVersion, by: Membership) -> LearnedVersion:
    """Let a version read what comes in from now on; what is read already stays as it is.

    Journal: triage.version_switched_on. Raises Refused for one that cannot be switched on.
    """
    active = _locked_active(version.workspace_id)
    version = LearnedVersion.objects.get(id=version.id)
    if version.state not in SWITCHABLE:
        raise Refused(_("This version is in use already, or was never finished."))
    if version.base_version != MODEL_VERSION:
        raise Refused(_("The engine's models were renewed since this version was made: make a new one."))
    _retire(active)
    version.state, version.replaced = LearnedState.ACTIVE, active
    version.on_at, version.on_by = timezone.now(), by
    version.save(update_fields=["state", "replaced", "on_at", "on_by"])
    _told(version.id, version.workspace_id, after=version.number, active=active, by=by)
    return version


@transaction.atomic
def go_back(*, workspace: Workspace, by: Membership, to_base: bool = False) -> LearnedVersion | None:
    """One step back: to the version that was in use before, or to the engine's own models (None), or to them at once.

    Journal: triage.version_switched_on. Raises Refused when nothing learned is in use.
    """
    active = _locked_active(workspace.id)
    if active is None:
        raise Refused(_("Nothing learned is in use: the engine's own models read."))
    before = None if to_base else before_that(active)
    _retire(active)
    if before:
        before.state, before.on_at, before.on_by = LearnedState.ACTIVE, timezone.now(), by
        before.save(update_fields=["state", "on_at", "on_by"])
    _told(active.id, workspace.id, after=before.number if before else 0, active=active, by=by)
    return before


def before_that(active: LearnedVersion) -> LearnedVersion | None:
    """The version one step back leads to, None for the engine's own models."""
    before = active.replaced
    usable = before is not None and before.state == LearnedState.RETIRED and before.base_version == MODEL_VERSION
    return before if usable else None


def _locked_active(workspace_id: uuid.UUID) -> LearnedVersion | None:
    rows = LearnedVersion.objects.select_for_update(of=("self",)).select_related("replaced").defer("adapter")
    Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)
    return rows.filter(workspace_id=workspace_id, state=LearnedState.ACTIVE).first()


def _retire(active: LearnedVersion | None) -> None:
    if active:
        active.state = LearnedState.RETIRED
        active.save(update_fields=["state"])


def _told(
    subject: uuid.UUID, workspace_id: uuid.UUID, *, after: int, active: LearnedVersion | None, by: Membership
) -> None:
    event = events.VersionSwitchedOn(subject=subject, before=active.number if active else 0, after=after)
    record(event, workspace_id=workspace_id, actor=Actor("staff", by.id))
