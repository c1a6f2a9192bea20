"""Macros: an answer from a template, a tag, an owner, a stage, an end or a putting-off, kept under a name."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.snoozing import SPANS
from huixiang.cases.stages import BY_HAND
from huixiang.cases.states import CaseState, Lane
from huixiang.cases.tagging import clean
from huixiang.dialogue import events
from huixiang.dialogue.models import Macro, ReplyTemplate, Tone
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import member_of_team
from huixiang.workspaces.roles import Permission, holds

MOST: Final = 100  # of a workspace
ME: Final = "me"  # whoever runs it
ENDS: Final = (str(CaseState.SOLVED), str(CaseState.CLOSED))
STEPS: Final = ("template", "tone", "lane", "tag", "owner", "stage", "end", "reason", "snooze")


def visible(viewer: Membership) -> list[Macro]:
    """What somebody can run: the team's and their own, by name."""
    rows = Macro.objects.filter(Q(owner=None) | Q(owner=viewer), workspace_id=viewer.workspace_id, deleted_at=None)
    return list(rows.order_by("name", "id"))


def macro_by_id(viewer: Membership, macro_id: uuid.UUID, *, deleted: bool = False) -> Macro | None:
    """One macro somebody may see."""
    rows = Macro.objects.filter(Q(owner=None) | Q(owner=viewer), workspace_id=viewer.workspace_id, id=macro_id)
    return rows.filter(deleted_at__isnull=not deleted).first()


def may_change(macro: Macro, membership: Membership) -> bool:
    """Whether somebody may change a macro: their own, and with the permission for the team's lists the shared."""
    return macro.owner_id == membership.id or (macro.owner_id is None and holds(membership, Permission.TAGS))


@transaction.atomic
def save(*, macro: Macro | None, by: Membership, name: str, steps: Mapping[str, str], shared: bool) -> Macro:
    """Make or change a macro; what is empty is no step. Journal: dialogue.macro_saved."""
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused(_("Give the macro a name."))
    if shared and not holds(by, Permission.TAGS):
        raise Refused(_("Your role keeps macros of its own; those of the team are changed by others."))
    if macro is None:
        if Macro.objects.filter(workspace_id=by.workspace_id, deleted_at=None).count() >= MOST:
            raise Refused(_("There are %(most)d macros already. Delete some first.") % {"most": MOST})
        macro = Macro(workspace_id=by.workspace_id, owner=by)
    elif not may_change(macro, by):
        raise Refused(_("This macro is not yours to change."))
    macro.name, macro.steps, macro.owner = name, _checked(by, steps, shared=shared), None if shared else by
    macro.save()
    _tell(events.MacroSaved(subject=macro.id, shared=shared), by)
    return macro


@transaction.atomic
def put_away(*, macro: Macro, by: Membership, back: bool = False) -> None:
    """Take a macro away, or bring it back. Journal: dialogue.macro_deleted."""
    if not may_change(macro, by):
        raise Refused(_("This macro is not yours to change."))
    macro.deleted_at = None if back else timezone.now()
    macro.save(update_fields=["deleted_at"])
    _tell(events.MacroDeleted(subject=macro.id, back=back), by)


def _checked(by: Membership, steps: Mapping[str, str], *, shared: bool) -> dict[str, Any]:
    told = {step: steps.get(step, "").replace("\x00", "").strip() for step in STEPS}
    if told["template"]:
        told |= _answer(by, told, shared=shared)
    else:
        told["tone"] = told["lane"] = ""
    told["tag"] = clean(told["tag"])[:24]
    allowed = {"owner": _owners(by, told["owner"]), "stage": BY_HAND, "end": ENDS, "snooze": tuple(SPANS)}
    for step, values in allowed.items():
        if told[step] and told[step] not in values:
            raise Refused(_("Choose what the macro does."))
    if told["end"] == CaseState.CLOSED and not told["reason"]:
        raise Refused(_("Say why it is closed without a solution."))
    if told["end"] and told["snooze"]:
        raise Refused(_("What is ended is not put off: choose one of the two."))
    told["reason"] = told["reason"][:500] if told["end"] else ""
    found = {step: value for step, value in told.items() if value}
    if not found:
        raise Refused(_("Choose at least one thing the macro does."))
    return found


def _answer(by: Membership, told: Mapping[str, str], *, shared: bool) -> dict[str, str]:
    rows = ReplyTemplate.objects.filter(workspace_id=by.workspace_id, deleted_at=None)
    rows = rows.filter(owner=None) if shared else rows.filter(Q(owner=None) | Q(owner=by))
    try:
        known = rows.filter(id=uuid.UUID(told["template"])).exists()
    except ValueError:
        known = False
    if not known:
        raise Refused(_("Choose a template of the team; what is one's own others cannot send."))
    tone = told["tone"] if told["tone"] in Tone.values else str(Tone.WARM)
    lane = told["lane"] if told["lane"] in (Lane.PUBLIC, Lane.PRIVATE) else str(Lane.PRIVATE)
    return {"tone": tone, "lane": lane}


def _owners(by: Membership, wanted: str) -> tuple[str, ...]:
    """Who can be named: whoever runs it, or one of the team."""
    try:
        one = member_of_team(workspace_id=by.workspace_id, membership_id=uuid.UUID(wanted)) if wanted != ME else None
    except ValueError:
        one = None
    return (ME, str(one.id)) if one else (ME,)


def _tell(event: events.MacroEvent, by: Membership) -> None:
    record(event, workspace_id=by.workspace_id, actor=Actor("staff", by.id))
