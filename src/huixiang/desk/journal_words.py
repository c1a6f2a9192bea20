"""The journal in words: one sentence for every event name, and who did it."""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from huixiang.cases.models import ClockName
from huixiang.cases.queries import cases_by_id
from huixiang.cases.red_lines import RedLine
from huixiang.cases.states import CaseState
from huixiang.channels.changes import AccountChange
from huixiang.channels.models import DeliveryState
from huixiang.channels.webhooks.types import WebhookChange
from huixiang.desk.academy.told import SENTENCES as ACADEMY
from huixiang.desk.alerts import told as alerts_told
from huixiang.desk.dialogue.words import SENTENCES as DIALOGUE
from huixiang.desk.playbooks.words import SENTENCES as PLAYBOOKS
from huixiang.desk.vocabulary import field_name, finding_in_words
from huixiang.desk.war_rooms.words import SENTENCES as WAR_ROOMS
from huixiang.feedback.models import Grade, Kind
from huixiang.groupbot.models import Purpose
from huixiang.journal.models import Entry
from huixiang.members.models import Tier
from huixiang.members.queries import names
from huixiang.themes.states import ThemeStatus
from huixiang.triage.wording import worded
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.queries import api_keys, staff_names
from huixiang.workspaces.roles import Role

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a person reads it; `address` leads to what it is about, "" when it has no page.

    `about` is the case's number, "" for everything else.
    """

    at: datetime.datetime
    sentence: str
    who: str
    words: str
    address: str
    number: int | None
    about: str = ""


PLAIN: Final[dict[str, Promise]] = {
    **alerts_told.PLAIN,
    "announcements.drafted": gettext_lazy("An announcement was drafted"),
    "announcements.edited": gettext_lazy("An announcement was edited"),
    "cases.feedback_joined": gettext_lazy("Another feedback joined the case"),
    "cases.member_spoke": gettext_lazy("The member wrote again"),
    "cases.view_deleted": gettext_lazy("A view of the inbox was deleted"),
    "cases.note_written": gettext_lazy("A note was written"),
    "cases.handed_over": gettext_lazy("The case was handed over"),
    "cases.tagged": gettext_lazy("A tag was put on the case"),
    "cases.untagged": gettext_lazy("A tag was taken off the case"),
    "cases.tag_created": gettext_lazy("A tag was made"),
    "cases.tag_changed": gettext_lazy("A tag was renamed or drawn otherwise"),
    "cases.promise_started": gettext_lazy("An announcement is due"),
    "cases.promise_ended": gettext_lazy("No announcement is due any more: nothing that was said is about it"),
    "cases.promise_warned": gettext_lazy("The announcement is due soon"),
    "cases.promise_breached": gettext_lazy("The announcement is overdue"),
    "channels.account_opened": gettext_lazy("A channel was opened"),
    "channels.delivery_retried": gettext_lazy("A message was sent again"),
    "feedback.removed": gettext_lazy("A feedback was deleted"),
    "intake.attachments_kept": gettext_lazy("Files were kept with what was said"),
    "intake.attachment_opened": gettext_lazy("Somebody opened a file as it came"),
    "intake.attachments_erased": gettext_lazy("Files were erased"),
    "intake.file_fetched": gettext_lazy("A file of a message was fetched from its platform"),
    "intake.file_not_fetched": gettext_lazy("A file of a message could not be fetched"),
    "intake.file_asked_again": gettext_lazy("Somebody let a file be fetched once more"),
    "intake.mapping_removed": gettext_lazy("A saved mapping of columns was removed"),
    "intake.mapping_saved": gettext_lazy("A mapping of columns was saved"),
    "cases.taken_back": gettext_lazy("The case went with the import that had brought it"),
    "feedback.taken_back": gettext_lazy("The feedback went with the import that had brought it"),
    "themes.taken_back": gettext_lazy("The theme went with the import that had brought it"),
    "intake.message_parked": gettext_lazy("A message could not be read and was parked"),
    "intake.message_read_again": gettext_lazy("A message was read again"),
    "members.consent_given": gettext_lazy("A member answered whether they may be named"),
    "members.contacts_shown": gettext_lazy("Somebody looked at a member's addresses"),
    "members.many_contacts_shown": gettext_lazy("A list of members was read with their addresses"),
    "members.described": gettext_lazy("A member's name or address was changed"),
    "members.erased": gettext_lazy("A member was erased for good"),
    "members.erasure_undone": gettext_lazy("An erasure was taken back"),
    "members.export_asked": gettext_lazy("Everything stored about a member was asked for"),
    "members.export_fetched": gettext_lazy("Everything stored about a member was downloaded"),
    "members.joined": gettext_lazy("Another record of the same person was joined in"),
    "members.joining_undone": gettext_lazy("A joining or parting was taken back"),
    "members.kept_apart": gettext_lazy("It was said that two records are two people"),
    "members.proposed_again": gettext_lazy("It was taken back that two records are two people"),
    "members.note_written": gettext_lazy("A note about a member was written"),
    "members.parted": gettext_lazy("A name on a channel became a member of its own"),
    "playbooks.escalation_changed": gettext_lazy("Whom overdue clocks are carried up to was changed"),
    "playbooks.standards_changed": gettext_lazy("The response standards were changed"),
    "themes.found": gettext_lazy("A theme was found"),
    "themes.described": gettext_lazy("A theme was described"),
    "themes.rise_ended": gettext_lazy("It no longer rises faster than its own past"),
    "themes.warning_acknowledged": gettext_lazy("An early warning was acknowledged"),
    "themes.acknowledgement_taken_back": gettext_lazy("An early warning stands again"),
    "themes.merge_undone": gettext_lazy("A merge was undone"),
    "themes.feedback_returned": gettext_lazy("Moved feedback went back"),
    "themes.change_undone": gettext_lazy("What was written about the theme was taken back"),
    "cases.theme_followed": gettext_lazy("The case went along to another theme with its feedback"),
    "triage.bot_asked": gettext_lazy("Something was said that a bot has to look at"),
    "groupbot.taken_over": gettext_lazy("Somebody speaks in a group in person, the bot is silent there"),
    "workspaces.workspace_created": gettext_lazy("The workspace was opened"),
    "workspaces.workspace_changed": gettext_lazy("The workspace's settings were changed"),
    "workspaces.api_key_created": gettext_lazy("An API key was made"),
    "workspaces.api_key_revoked": gettext_lazy("An API key was revoked"),
    "workspaces.calendar_changed": gettext_lazy("The working hours, the country or the time zone were changed"),
    "workspaces.left_team": gettext_lazy("Somebody left the team"),
    "workspaces.invited_again": gettext_lazy("An invitation got a new link"),
    "workspaces.invitation_revoked": gettext_lazy("An invitation was taken back"),
    "workspaces.invitation_accepted": gettext_lazy("An invitation was accepted"),
    "workspaces.personal_data_shown": gettext_lazy("Somebody looked at what is masked"),
}


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _change(choices: Any, data: Data) -> Data:
    return {"before": _label(choices, data["before"]), "after": _label(choices, data["after"])}


def _findings(data: Data) -> Data:
    said = {name: finding_in_words(data["field"], data[name]) for name in ("before", "after")}
    return said | {"field": field_name(data["field"])}


def _solved(data: Data) -> str:
    words = {"yes": _("solved"), "partly": _("somewhat better"), "no": _("not solved")}
    return _("A member answered: %(answer)s") % {"answer": words.get(data["solved"], data["solved"])}


def _corrected(data: Data) -> str:
    if data["field"] == "gate":
        return _("A message was brought back as feedback")
    if data["field"] in {"grade", "kind"}:
        return _("Corrected from %(before)s to %(after)s") % _findings(data)
    return _("%(field)s corrected from %(before)s to %(after)s") % _findings(data)


def _answered(data: Data) -> str:
    if data.get("numbers_shown") and data["lane"] == "public":
        return _("Answered in public with a personal number, knowingly")
    if data["lane"] == "group":
        return _("Answered in the group for the first time") if data["first"] else _("Answered in the group")
    if data["lane"] == "public":
        return _("Answered in public for the first time") if data["first"] else _("Answered in public")
    return _("Answered in private for the first time") if data["first"] else _("Answered in private")


def _lines(data: Data) -> str:
    return pgettext("red lines", ", ").join(_label(RedLine, line) for line in data["lines"])


def _bot_changed(data: Data) -> str:
    words = {"on": _("The bot of a channel was switched on"), "off": _("The bot of a channel was switched off")}
    return words.get(data["what"]) or _("The bot of a channel was told to behave otherwise")


def _model_changed(data: Data) -> str:
    if data["what"] == "on":
        return _("The language model was switched on")
    return _("The language model was switched off") if data["what"] == "off" else _("The language model was changed")


SENTENCES: Final[dict[str, Callable[[Data], str]]] = {
    **ACADEMY,
    **alerts_told.SENTENCES,
    **DIALOGUE,
    **PLAYBOOKS,
    **WAR_ROOMS,
    "groupbot.spoke": lambda d: _("The bot said something: %(purpose)s") % {"purpose": _label(Purpose, d["purpose"])},
    "groupbot.changed": _bot_changed,
    "groupbot.handed_back": lambda d: (
        _("The bot speaks in a group again, nobody of the team did")
        if d["alone"]
        else _("A group was handed back to the bot")
    ),
    "announcements.published": lambda d: _("Announcement no. %(number)s was published") % d,
    "announcements.red_line_crossed": lambda d: (
        _("Published although it crosses a red line: %(lines)s") % {"lines": _lines(d)}
    ),
    "announcements.people_told": lambda d: _("%(reachable)s people were told, %(unreachable)s have no way to them") % d,
    "announcements.consent_asked": lambda d: (
        ngettext("%(members)s member was asked for consent", "%(members)s members were asked for consent", d["members"])
        % d
    ),
    "announcements.telling_paused": lambda d: (
        ngettext(
            "The telling was paused, %(held)s message waits", "The telling was paused, %(held)s messages wait",
            d["held"],
        )
        % d
    ),
    "announcements.telling_resumed": lambda d: (
        ngettext(
            "The telling goes on with %(released)s message", "The telling goes on with %(released)s messages",
            d["released"],
        )
        % d
    ),
    "announcements.solved_answered": _solved,
    "cases.opened": lambda d: _("Case opened, grade %(grade)s") % {"grade": _label(Grade, d["grade"])},
    "cases.assigned": lambda d: _("The case has an owner") if d["owner_id"] else _("The case has no owner any more"),
    "cases.answered": _answered,
    "cases.red_line_crossed": lambda d: _("Sent although it crosses a red line: %(lines)s") % {"lines": _lines(d)},
    "cases.red_lines_set": lambda d: (
        _("Red lines that hold answers back: %(lines)s") % {"lines": _lines(d)}
        if d["lines"]
        else _("No red line holds answers back any more")
    ),
    "cases.regraded": lambda d: _("Grade changed from %(before)s to %(after)s") % _change(Grade, d),
    "cases.clock_started": lambda d: _("Due: %(clock)s") % {"clock": _label(ClockName, d["clock"])},
    "cases.clock_breached": lambda d: _("Overdue: %(clock)s") % {"clock": _label(ClockName, d["clock"])},
    "cases.clock_warned": lambda d: _("Due soon: %(clock)s") % {"clock": _label(ClockName, d["clock"])},
    "cases.clock_escalated": lambda d: (
        _("Overdue, carried up to level %(level)s: %(clock)s")
        % {"level": d["level"], "clock": _label(ClockName, d["clock"])}
    ),
    "cases.clocks_recounted": lambda d: (
        _("The calendar changed: %(clocks)s running clocks were counted anew, %(moved)s are due at another time") % d
    ),
    "cases.promise_escalated": lambda d: _("The overdue announcement was carried up to level %(level)s") % d,
    "cases.handover_ended": lambda d: _("The case was taken") if d["taken"] else _("The case was given back"),
    "cases.tag_merged": lambda d: (
        ngettext("A tag was merged, with %(cases)s case", "A tag was merged, with %(cases)s cases", d["cases"]) % d
    ),
    "cases.tag_deleted": lambda d: (
        ngettext("A tag was deleted from %(cases)s case", "A tag was deleted from %(cases)s cases", d["cases"]) % d
    ),
    "cases.state_changed": lambda d: _("State: from “%(before)s” to “%(after)s”") % _change(CaseState, d),
    "cases.view_saved": lambda d: (
        _("A view of the inbox was saved for the team") if d["shared"] else _("A view of the inbox was saved")
    ),
    "channels.webhook_changed": lambda d: _("Webhook: %(what)s") % {"what": _label(WebhookChange, d["what"])},
    "channels.account_changed": lambda d: _label(AccountChange, d["what"]),
    "channels.delivery_finished": lambda d: _("Message: %(state)s") % {"state": _label(DeliveryState, d["state"])},
    "feedback.found": lambda d: _("Found to be feedback: %(kind)s") % {"kind": _label(Kind, d["kind"])},
    "intake.messages_received": lambda d: _("%(stored)s messages came in, %(duplicate)s known already") % d,
    "intake.noise_erased": lambda d: _("The texts of %(messages)s messages that were not feedback were erased") % d,
    "intake.import_finished": lambda d: _("Import: %(stored)s new, %(duplicate)s known, %(refused)s refused") % d,
    "intake.import_undo_asked": lambda d: _("An import of %(messages)s messages is taken back") % d,
    "intake.import_undone": lambda d: _("Import taken back: %(messages)s messages went, %(kept)s stay") % d,
    "members.erasure_asked": lambda d: (
        _("A member is to be erased on %(day)s; everything is hidden") % {"day": str(d["due_at"])[:10]}
    ),
    "members.words_taken_out": lambda d: (
        _("Words of a member were taken out of %(announcements)s announcements and %(themes)s themes")
        % {"announcements": len(d["announcements"]), "themes": len(d["themes"])}
    ),
    "members.roster_exported": lambda d: _("A list of %(members)s members was taken out") % d,
    "members.tier_changed": lambda d: _("Tier changed from %(before)s to %(after)s") % _change(Tier, d),
    "themes.moved": lambda d: _("Theme: from “%(before)s” to “%(after)s”") % _change(ThemeStatus, d),
    "themes.merged": lambda d: _("Another theme was merged in, with %(feedbacks)s feedbacks") % d,
    "themes.split_off": lambda d: _("%(feedbacks)s feedbacks were split off as a theme of their own") % d,
    "themes.feedback_taken": lambda d: (
        _("Split off another theme, with %(feedbacks)s feedbacks") % d
        if d["split"]
        else _("%(feedbacks)s feedbacks came from another theme") % d
    ),
    "themes.feedback_left": lambda d: _("%(feedbacks)s feedbacks went to another theme") % d,
    "themes.step_undone": lambda d: (
        _("Undone: from “%(before)s” back to “%(after)s”") % _change(ThemeStatus, d)
    ),
    "themes.part_kept": lambda d: (
        _("A part that was proposed to leave was said to belong")
        if d["kept"]
        else _("A part may be proposed to leave again")
    ),
    "themes.rise_warned": lambda d: (
        ngettext(
            "Early warning: %(people)s people within %(days)s day",
            "Early warning: %(people)s people within %(days)s days",
            d["days"],
        )
        % d
    ),
    "themes.pair_dismissed": lambda d: (
        _("Said not to be one matter with another theme")
        if d["dismissed"]
        else _("May be proposed as one matter with another theme again")
    ),
    "cases.theme_kept": lambda d: (
        _("%(elsewhere)s of its feedbacks went to another theme; the case stays with the larger part") % d
    ),
    "insights.verbatims_exported": lambda d: (
        _("%(feedbacks)s verbatims were exported with personal data") % d
        if d["unmasked"]
        else _("%(feedbacks)s verbatims were exported, masked") % d
    ),
    "insights.critics_exported": lambda d: _("A list of critics with %(ways)s lines was taken out") % d,
    "themes.voted": lambda d: _("A member said the same") if d["given"] else _("A member took their vote back"),
    "triage.assessed": lambda d: (
        _("Assessed as %(grade)s by “%(rule)s”") % {"grade": _label(Grade, d["grade"]), "rule": worded(d["rule"])}
    ),
    "triage.corrected": _corrected,
    "triage.correction_taken_back": lambda d: (
        _("A correction was taken back: %(field)s stands at %(after)s again") % _findings(d)
    ),
    "triage.language_model_changed": _model_changed,
    "triage.opinion_settled": lambda d: (
        _("A second opinion was taken") if d["accepted"] else _("A second opinion was put aside")
    ),
    "triage.learning_asked": lambda d: _("Version %(number)s is to be learned from the corrections") % d,
    "triage.learning_failed": lambda d: _("Version %(number)s could not be made") % d,
    "triage.version_made": lambda d: (
        _("Version %(number)s was learned from %(learned_from)s corrected texts and waits for a person") % d
    ),
    "triage.version_switched_on": lambda d: (
        _("Version %(after)s of what was learned reads from now on") % d
        if d["after"]
        else _("The engine's own models read again, without what was learned")
    ),
    "triage.rules_changed": lambda d: _("The grading rules were changed, %(rules)s rows now") % d,
    "workspaces.own_day_set": lambda d: (
        _("%(day)s was made a day off") % d if d["off"] else _("%(day)s was made a working day") % d
    ),
    "workspaces.own_day_removed": lambda d: _("Of %(day)s the calendar decides again") % d,
    "workspaces.holidays_announced": lambda d: _("The holidays of %(year)s are known now") % d,
    "workspaces.invited": lambda d: _("Somebody was invited as %(role)s") % {"role": _label(Role, d["role"])},
    "workspaces.joined_team": lambda d: _("Somebody became %(role)s") % {"role": _label(Role, d["role"])},
}

PAGES: Final = {
    "alert": ("desk:alert", "alert_id"),
    "case": ("desk:case", "case_id"),
    "feedback": ("desk:feedback_detail", "feedback_id"),
    "member": ("desk:member", "member_id"),
    "theme": ("desk:theme", "theme_id"),
    "announcement": ("desk:announcement", "announcement_id"),
    "war_room": ("desk:war_room", "room_id"),
    "import_run": ("desk:import_run", "run_id"),
    "learned_version": ("desk:settings_learned", "learned_id"),
    "playbook": ("desk:playbook", "playbook_id"),
}


def sentence(entry: Entry) -> str:
    """What happened, in words; the bare name for an event this page does not know yet."""
    if entry.name in PLAIN:
        return str(PLAIN[entry.name])
    return SENTENCES[entry.name](entry.data) if entry.name in SENTENCES else entry.name


def tell_all(entries: Sequence[Entry], workspace: Workspace) -> list[Told]:
    """Entries as a person reads them, with the names of who did it and of their cases: three statements at most."""
    staff = staff_names(workspace)
    ids = {entry.actor_id for entry in entries if entry.actor_kind == "member" and entry.actor_id}
    members = names(workspace_id=workspace.id, ids=ids) if ids else {}
    if any(entry.actor_kind == "key" for entry in entries):
        keys = api_keys(workspace)
        members |= {key.id: _("API key %(name)s") % {"name": key} for key in keys}
    told = [_told(entry, staff, members, workspace.slug) for entry in entries]
    about = {entry.subject_id for entry in entries if entry.subject_kind == "case"}
    cases = cases_by_id(workspace_id=workspace.id, ids=about) if len(about) > 1 else {}  # one case tells its own
    labels = [cases[entry.subject_id].label if entry.subject_id in cases else "" for entry in entries]
    return [replace(one, about=label) for one, label in zip(told, labels, strict=True)]


def _told(entry: Entry, staff: dict[uuid.UUID, str], members: dict[uuid.UUID, str], slug: str) -> Told:
    words = entry.words.text if hasattr(entry, "words") else ""
    seal = getattr(entry, "seal", None) if "seal" in entry._state.fields_cache else None  # noqa: SLF001
    number = seal.number if seal else None
    return Told(entry.at, sentence(entry), _who(entry, staff, members), words, _address(entry, slug), number)


def _who(entry: Entry, staff: dict[uuid.UUID, str], members: dict[uuid.UUID, str]) -> str:
    if entry.actor_kind == "staff" and entry.actor_id:
        return staff.get(entry.actor_id, _("Somebody who left"))
    if entry.actor_kind == "member" and entry.actor_id:
        return members.get(entry.actor_id) or _("a member")
    if entry.actor_kind == "key" and entry.actor_id in members:
        return members[entry.actor_id]
    return _("a program") if entry.actor_kind == "key" else pgettext("actor", "by itself")


def _address(entry: Entry, slug: str) -> str:
    if entry.subject_kind not in PAGES:
        return ""
    view, argument = PAGES[entry.subject_kind]
    return reverse(view, kwargs={"workspace": slug, argument: entry.subject_id})
