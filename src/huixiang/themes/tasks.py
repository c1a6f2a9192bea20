"""What happens to themes by itself."""

import uuid

from procrastinate.contrib.django import app

from huixiang.kernel.jobs import SURELY
from huixiang.themes import actions


@app.task(name="themes.forget_feedback", retry=SURELY)
def forget_feedback(workspace_id: str, subjects: list[str]) -> None:
    """Feedback was removed: no theme keeps its words as a name."""
    actions.forget_feedback(
        workspace_id=uuid.UUID(workspace_id), feedback_ids=[uuid.UUID(subject) for subject in subjects]
    )
