"""Which jobs follow which events: the one table. A test resolves every name in it."""

from collections.abc import Mapping, Sequence

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "feedback.removed": [
        "themes.forget_feedback", "cases.forget_feedback", "triage.forget_feedback", "intake.forget_attachments",
        "api.tell:feedback.removed",
    ],
    "themes.merged": ["cases.follow_merge", "war_rooms.follow_merge", "api.tell:themes.merged"],
    "themes.step_undone": ["cases.follow_promises"],
    "workspaces.calendar_changed": ["cases.recount_clocks"],
    "workspaces.own_day_set": ["cases.recount_clocks"],
    "workspaces.own_day_removed": ["cases.recount_clocks"],
    "workspaces.holidays_announced": ["cases.recount_clocks"],
    "themes.merge_undone": ["cases.follow_undone_merge"],
    "themes.feedback_taken": ["cases.follow_moves", "triage.keep_moves"],
    "themes.feedback_returned": ["cases.follow_moves", "triage.drop_moves"],
    "cases.theme_followed": ["war_rooms.follow_cases"],
    "workspaces.left_team": ["cases.let_go", "war_rooms.let_go", "playbooks.let_go"],
    "feedback.found": ["api.tell:feedback.found"],
    "cases.opened": ["alerts.red", "war_rooms.look", "api.tell:cases.opened"],
    "cases.assigned": ["api.tell:cases.assigned"],
    "triage.bot_asked": ["groupbot.react"],
    "cases.answered": [
        "cases.note_contact", "groupbot.person_spoke", "war_rooms.note_answers", "playbooks.follow_cases",
        "api.tell:cases.answered",
    ],
    "cases.feedback_joined": ["playbooks.follow_cases"],
    "cases.detail_marked": ["playbooks.follow_cases"],
    "cases.stage_changed": ["playbooks.follow_cases"],
    "cases.member_spoke": ["dialogue.member_wrote", "playbooks.follow_cases", "api.tell:cases.member_spoke"],
    "cases.regraded": ["alerts.red", "war_rooms.look", "api.tell:cases.regraded"],
    "cases.clock_breached": ["alerts.clocks", "api.tell:cases.clock_breached"],
    "cases.state_changed": ["playbooks.follow_states", "api.tell:cases.state_changed"],
    "themes.found": ["api.tell:themes.found"],
    "war_rooms.opened": ["playbooks.follow_rooms"],
    "themes.moved": ["cases.follow_promises", "playbooks.follow_themes", "api.tell:themes.moved"],
    "themes.rise_warned": ["alerts.rise", "api.tell:themes.rise_warned"],
    "cases.clock_warned": ["alerts.clocks"],
    "cases.clock_escalated": ["alerts.clocks"],
    "themes.rise_ended": ["alerts.rise"],
    "themes.warning_acknowledged": ["alerts.rise"],
    "cases.promise_warned": ["alerts.clocks"],
    "cases.promise_breached": ["alerts.clocks"],
    "cases.promise_escalated": ["alerts.clocks"],
    "war_rooms.acknowledged": ["alerts.red"],
    "war_rooms.update_due": ["alerts.rooms"],
    "war_rooms.update_posted": ["alerts.rooms"],
    "war_rooms.closed": ["alerts.rooms"],
    "playbooks.step_due": ["alerts.steps"],
    "playbooks.step_late": ["alerts.steps"],
    "channels.account_changed": ["alerts.paused"],
    "announcements.published": ["api.tell:announcements.published"],
}

ERASURE: Sequence[str] = (
    "huixiang.insights.erasure",
    "huixiang.alerts.erasure",
    "huixiang.groupbot.erasure",
    "huixiang.announcements.erasure",
    "huixiang.triage.erasure",
    "huixiang.playbooks.erasure",
    "huixiang.war_rooms.erasure",
    "huixiang.dialogue.erasure",
    "huixiang.cases.erasure",
    "huixiang.feedback.erasure",
    "huixiang.themes.erasure",
    "huixiang.intake.erasure",
    "huixiang.members.erasure",
)
"""Who tells what is kept of a person, in the order in which it is hidden. A test finds what nobody tells of."""

JOINING: Sequence[str] = (
    "huixiang.members.joining",
    "huixiang.intake.joining",
    "huixiang.feedback.joining",
    "huixiang.themes.joining",
    "huixiang.cases.joining",
    "huixiang.announcements.joining",
    "huixiang.groupbot.joining",
    "huixiang.insights.joining",
)
"""Who moves what when two members become one, or an identity a member of its own."""
