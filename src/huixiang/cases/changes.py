"""What others did to a case since somebody loaded it: read from the journal, told before it is overwritten."""

import datetime
import uuid
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.states import CaseState
from huixiang.feedback.models import Grade
from huixiang.journal import through
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import api_keys, staff_names

TOLD = ("cases.assigned", "cases.regraded", "cases.state_changed", "cases.handed_over")


def by_others(
    *, by: Membership, case_ids: Sequence[uuid.UUID], since: datetime.datetime
) -> dict[uuid.UUID, Entry]:
    """The last thing another of the team, or a program, did to each of these cases after a moment: one statement.

    What the person did, and what the program did that acts for them here, is nobody else's.
    """
    entries = Entry.objects.filter(
        workspace_id=by.workspace_id, subject_id__in=case_ids, name__in=TOLD, at__gt=since,
        actor_kind__in=("staff", "key"),
    )  # fmt: skip
    own = {by.id, through.actor(Actor("staff", by.id)).id}
    return {entry.subject_id: entry for entry in entries.exclude(actor_id__in=own).order_by("id")}


def sentences(*, by: Membership, entries: Sequence[Entry]) -> list[str]:
    """Each as a sentence: who did what, and when by the clock of the workspace."""
    if not entries:
        return []
    names = staff_names(by.workspace)
    if any(entry.actor_kind == "key" for entry in entries):
        names |= {key.id: _("API key %(name)s") % {"name": key} for key in api_keys(by.workspace)}
    return [_sentence(entry, names) for entry in entries]


def _sentence(entry: Entry, names: dict[uuid.UUID, str]) -> str:
    told = {"who": names.get(entry.actor_id or uuid.UUID(int=0), _("Somebody")), "time": _clock(entry.at)}
    if entry.name == "cases.regraded":
        return _("%(who)s changed the grade to %(grade)s at %(time)s.") % {
            **told, "grade": Grade(entry.data["after"]).label,
        }  # fmt: skip
    if entry.name == "cases.state_changed":
        return _("%(who)s changed it to “%(state)s” at %(time)s.") % {
            **told, "state": CaseState(entry.data["after"]).label,
        }  # fmt: skip
    owner = entry.data.get("owner_id") or entry.data.get("to_id")
    if not owner:
        return _("%(who)s took its owner off at %(time)s.") % told
    if owner == str(entry.actor_id):
        return _("%(who)s took it at %(time)s.") % told
    return _("%(who)s gave it to %(name)s at %(time)s.") % {
        **told, "name": names.get(uuid.UUID(owner), _("Somebody")),
    }  # fmt: skip


def _clock(at: datetime.datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M")
