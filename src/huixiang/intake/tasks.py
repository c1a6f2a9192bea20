"""Imports in the background, and the end of uploaded files."""

import contextlib
import uuid
from collections.abc import Sequence

from procrastinate.contrib.django import app

from huixiang.intake import asking, erasure
from huixiang.intake.attachments import actions as attachments
from huixiang.intake.attachments import fetching
from huixiang.intake.attachments.queries import messages_of_feedback
from huixiang.intake.imports import actions, undo, uploads
from huixiang.kernel.errors import Refused
from huixiang.kernel.jobs import SURELY
from huixiang.workspaces.models import Workspace


@app.task(name="intake.run_import", retry=SURELY)
def run_import(run_id: str) -> None:
    """Take one uploaded file through and remove it; why it stopped stands on the run."""
    with contextlib.suppress(Refused):
        uploads.remove_done(actions.run(uuid.UUID(run_id)))


@app.periodic(cron="37 3 * * *")
@app.task(name="intake.remove_old_uploads", queueing_lock="intake.remove_old_uploads")
def remove_old_uploads(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: files that were uploaded a week ago and that no import waits for."""
    uploads.remove_old()


@app.periodic(cron="43 3 * * *")
@app.task(name="intake.forget_brought", queueing_lock="intake.forget_brought")
def forget_brought(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: which messages came by imports nobody can take back any more."""
    undo.forget_old()


@app.task(name="intake.remove_files", queueing_lock="intake.remove_files", retry=SURELY)
def remove_files() -> None:
    """Remove the files of what was erased."""
    while attachments.remove_files():
        pass


@app.task(name="intake.forget_attachments", retry=SURELY)
def forget_attachments(workspace_id: str, subjects: Sequence[str]) -> None:
    """Feedback was removed: the files that came with it go too."""
    space = uuid.UUID(workspace_id)
    ids = messages_of_feedback(workspace_id=space, feedback_ids=[uuid.UUID(one) for one in subjects])
    attachments.erase_of_messages(workspace_id=space, message_ids=ids)


@app.periodic(cron="52 * * * *")
@app.task(name="intake.remove_left_files", queueing_lock="intake.remove_left_files")
def remove_left_files(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every hour: uploads nobody sent, files of what was erased, files no row knows of."""
    while attachments.remove_files():
        pass
    attachments.remove_strays()


@app.periodic(cron="19 3 * * *")
@app.task(name="intake.forget_refused_rows", queueing_lock="intake.forget_refused_rows")
def forget_refused_rows(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every night: beginnings of rows that did not come in, past the days a workspace keeps what is no feedback."""
    for workspace in Workspace.objects.all():
        erasure.forget_refused_rows(workspace_id=workspace.id, kept_days=workspace.noise_kept_days)


@app.task(name="intake.ask")
def ask(account_id: str) -> None:
    """One turn of one account: queued with a lock of the account's own."""
    asking.ask(uuid.UUID(account_id))


@app.periodic(cron="* * * * *")
@app.task(name="intake.ask_due", queueing_lock="intake.ask_due")
def ask_due(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: the accounts whose time it is."""
    asking.ask_due()


@app.task(name="intake.fetch_files")
def fetch_files(account_id: str) -> None:
    """One turn of one account's files: queued with a lock of the account's own."""
    fetching.fetch_due(uuid.UUID(account_id))


@app.periodic(cron="* * * * *")
@app.task(name="intake.fetch_due_files", queueing_lock="intake.fetch_due_files")
def fetch_due_files(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate hands the minute over
    """Every minute: files to be tried again, and those whose job was lost with a killed process."""
    fetching.wake_due()
