"""Reading what is pending, and people's corrections of what was read."""

import logging
import traceback
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback, Grade
from huixiang.intake.actions import wake
from huixiang.intake.events import MessageParked
from huixiang.intake.models import Message, MessageState
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.playbooks import actions as playbooks
from huixiang.themes import actions as themes
from huixiang.triage import events, pipeline
from huixiang.triage.learning import corrections
from huixiang.triage.models import Assessment, Correction
from huixiang.workspaces.models import Membership, Workspace

log = logging.getLogger(__name__)

AT_ONCE = 256


def process(
    *,
    workspace_id: uuid.UUID,
    most_batches: int | None = None,
    on_progress: Callable[[int], None] = lambda _total: None,
) -> int:
    """Read the pending messages of a workspace, batch by batch; returns how many, and tells it after each batch.

    A batch is one transaction: killed in the middle, its messages are pending again and nothing of it is left.
    After `most_batches` the rest is left to another job, so that one workspace does not hold a worker's place.
    """
    workspace = Workspace.objects.get(id=workspace_id)
    total = batches = 0
    while number := _process_some(workspace):
        total, batches = total + number, batches + 1
        on_progress(total)
        if batches == most_batches:
            wake(workspace_id)
            break
    return total


@transaction.atomic
def _process_some(workspace: Workspace) -> int:
    pending = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        workspace=workspace, state=MessageState.PENDING
    )
    messages = list(pending.select_related("account").order_by("received_at", "id")[:AT_ONCE])
    if messages:
        _read(workspace, messages)
    return len(messages)


def _read(workspace: Workspace, messages: Sequence[Message]) -> None:
    """Read a batch; when it fails, halve it until the message at fault stands alone, and park that one."""
    try:
        with transaction.atomic():
            pipeline.run(workspace=workspace, messages=messages)
    except (OperationalError, InterfaceError):
        raise  # the database's trouble (a deadlock, a lost line) is no message's fault: all of it stays pending
    except Exception as error:  # noqa: BLE001 - whatever a text makes the engine do, the others go on
        if len(messages) == 1:
            _park(messages[0], error)
            return
        half = len(messages) // 2
        for part in (messages[:half], messages[half:]):
            _read(workspace, list(Message.objects.filter(id__in=[m.id for m in part]).select_related("account")))


def _park(message: Message, error: Exception) -> None:
    """Set a message aside. What the error says may quote the message, so it is kept and logged nowhere."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.warning("message %s parked: %s at %s", message.id, type(error).__name__, " < ".join(places[::-1][:5]))
    sentence = _("It could not be read; the log of the service says where it failed.")
    Message.objects.filter(id=message.id).update(
        state=MessageState.PARKED, error=f"{type(error).__name__}: {sentence}"[:500]
    )
    record(MessageParked(subject=message.id), workspace_id=message.workspace_id)


@transaction.atomic
def correct_grade(*, case: Case, grade: str, reason: str, by: Membership) -> None:
    """Change a case's grade with a reason, keep the correction, and let the grade's standard apply.

    Journal: cases.regraded with the reason. Raises Refused without a reason or for the grade it has.
    """
    if not reason.strip():
        raise Refused(_("Write the reason: it goes into the journal and corrects the next suggestion."))
    if grade not in Grade.values or grade == case.grade:
        raise Refused(_("Choose another grade than the present one."))
    themes.lock_rows(theme_ids=[case.theme_id] if case.theme_id else [])
    before = cases.regrade(case=case, grade=grade, reason=reason.strip(), actor=Actor("staff", by.id))
    playbooks.regraded(workspace=case.workspace, case=case)
    feedback = Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id).first()
    if feedback:
        _keep(feedback, Correction.Field.GRADE, before, grade, reason, by)


def correct_kind(*, feedback: Feedback, kind: str, by: Membership, reason: str = "") -> Case | None:
    """Say of what kind a feedback really is; one that now wants a case gets it, its theme, or its closed case back.

    Chatter, spam and praise leave their theme. The case of chatter or spam is closed when it is about nothing else
    and nobody answered; returns that case, closed or left open, None where there is nothing to tell.
    Journal: triage.corrected, cases.opened, cases.state_changed.
    """
    return corrections.correct(feedback=feedback, values={"kind": kind}, reason=reason, by=by).case


@transaction.atomic
def keep_as_feedback(*, message: Message, by: Membership, reason: str = "") -> None:
    """Say that a gated-out message is feedback: it goes through the pipeline again. Journal: triage.corrected."""
    if message.state != MessageState.NOISE or message.erased_at:
        raise Refused(_("Only a message whose text is still kept can be brought back."))
    version = _version(message)
    kept = Message.objects.filter(id=message.id, state=MessageState.NOISE, erased_at=None)
    if not kept.update(state=MessageState.PENDING, findings=[pipeline.FORCED]):
        raise Refused(_("Somebody else was faster: it is read again or its text is gone."))
    Correction.objects.create(
        workspace_id=message.workspace_id, subject_id=message.id, field=Correction.Field.GATE, before="noise",
        after="feedback", by=by, model_version=version, reason=reason.strip()[: corrections.LONGEST_REASON],
    )  # fmt: skip
    event = events.Corrected(subject=message.id, field=Correction.Field.GATE, before="noise", after="feedback")
    record(event, workspace_id=message.workspace_id, actor=Actor("staff", by.id), words=reason.strip())
    wake(message.workspace_id)


def _version(message: Message) -> str:
    """Which models gated it out."""
    return next((str(one["version"]) for one in message.findings if one.get("version")), "")


def _keep(  # noqa: PLR0917 - a row of the table
    feedback: Feedback, field: str, before: str, after: str, reason: str, by: Membership) -> None:
    Correction.objects.create(
        workspace_id=feedback.workspace_id, subject_id=feedback.id, field=field, before=before, after=after,
        reason=reason.strip(), by=by, model_version=feedback.model_version, batch=new_id(),
    )  # fmt: skip


@transaction.atomic
def forget_feedback(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Feedback was removed: its assessments keep their dials and reasons, not the quoted words.

    Corrections keep what became what; the reason somebody wrote, which may tell of it, goes.
    """
    Correction.objects.filter(workspace_id=workspace_id, subject_id__in=feedback_ids).update(reason="")
    rows = list(Assessment.objects.filter(workspace_id=workspace_id, feedback_id__in=feedback_ids))
    for row in rows:
        row.reasons = {dial: {**said, "quote": ""} for dial, said in row.reasons.items()}
    Assessment.objects.bulk_update(rows, ["reasons"], batch_size=500)
