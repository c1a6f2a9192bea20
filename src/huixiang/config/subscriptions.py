"""Which jobs follow which events: the one table. A test resolves every name in it."""

from collections.abc import Mapping, Sequence

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "feedback.removed": ["themes.forget_feedback", "cases.forget_feedback", "triage.forget_feedback", "intake.forget_attachments"],
    "themes.merged": ["cases.follow_merge"],
    "themes.merge_undone": ["cases.follow_undone_merge"],
    "themes.feedback_taken": ["cases.follow_moves"],
    "themes.feedback_returned": ["cases.follow_moves"],
    "workspaces.left_team": ["cases.let_go"],
}
