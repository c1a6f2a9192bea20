"""Keeping what stood before a person's change of a theme, and taking the change back."""

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.themes import events
from huixiang.themes.models import Change, SummaryBy, Theme
from huixiang.themes.queries import latest_texts
from huixiang.themes.states import ThemeStatus
from huixiang.themes.wording import find_words
from huixiang.workspaces.models import Membership

STEP = ("status", "decline_reason", "fix", "fixed_in", "confirmed_at", "fixing_at", "fixed_at", "declined_at")
Values = dict[str, Any]


def values(theme: Theme, fields: tuple[str, ...] | list[str]) -> Values:
    """These fields as JSON holds them; a name and a summary found by the program are None."""
    found = {field: _plain(getattr(theme, field)) for field in fields}
    if "name" in found and not theme.name_by_person:
        found["name"] = None
    if "summary" in found and theme.summary_by != SummaryBy.PERSON:
        found["summary"] = None
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def remember(theme: Theme, before: Values) -> Change:
    """Keep what stood before beside what stands now, of the fields that differ."""
    after = values(theme, list(before))
    fields = [field for field in before if before[field] != after[field]]
    return Change.objects.create(
        workspace_id=theme.workspace_id, theme=theme,
        before={field: before[field] for field in fields}, after={field: after[field] for field in fields},
    )  # fmt: skip


@transaction.atomic
def undo(*, change_id: uuid.UUID, workspace_id: uuid.UUID, actor: Actor) -> Change:
    """Take a change back; what was changed again since stays. Journal: themes.change_undone or themes.step_undone.

    Raises Refused when it was undone already, when nothing of it stands any more, when a step was followed by another.
    """
    found = Change.objects.select_for_update(of=("self",)).filter(workspace_id=workspace_id, id=change_id)
    done = found.filter(undone_at=None).first()
    if done is None:
        raise Refused(_("This was undone already."))
    theme = Theme.objects.select_for_update(no_key=True).get(id=done.theme_id)
    now = values(theme, list(done.after))
    fields = [field for field in done.after if now[field] == done.after[field]]
    if not fields or ("status" in done.after and "status" not in fields):
        raise Refused(_("It was changed again since, so this cannot be undone any more."))
    _restore(theme, {field: done.before[field] for field in fields})
    done.undone_at = timezone.now()
    done.save(update_fields=["undone_at"])
    _tell(done, theme, fields, actor)
    return done


def _restore(theme: Theme, before: Values) -> None:
    for field, value in before.items():
        setattr(theme, field, _parsed(theme, field, value))
    if "name" in before:
        theme.name_by_person = before["name"] is not None
    if None in (before.get("name", ""), before.get("summary", "")):
        find_words(theme, latest_texts(theme.workspace_id, [theme.id]).get(theme.id, []))
    theme.save(update_fields=[*before, "name_by_person", "summary_by", "search"])


def _parsed(theme: Theme, field: str, value: Any) -> Any:
    """The value as the field holds it; an owner who left is nobody, the program's words are found anew afterwards."""
    if value is None and field in {"name", "summary"}:
        return theme.name if field == "name" else ""
    if field == "owner_id" and value:
        still = Membership.objects.filter(workspace_id=theme.workspace_id, id=value).first()
        return still.id if still else None
    return datetime.datetime.fromisoformat(value) if field.endswith("_at") and value else value


def _tell(done: Change, theme: Theme, fields: list[str], actor: Actor) -> None:
    event: events.ThemeEvent = events.ChangeUndone(subject=theme.id, fields=fields)
    if "status" in fields:
        event = events.StepUndone(subject=theme.id, before=done.after["status"], after=done.before["status"])
    record(event, workspace_id=theme.workspace_id, actor=actor)


def latest(theme: Theme) -> Change | None:
    """The last change that can be taken back; None when there is none, or the theme was announced or merged since."""
    if theme.status in (ThemeStatus.ANNOUNCED, ThemeStatus.MERGED):
        return None
    return theme.changes.filter(undone_at=None).order_by("-changed_at", "-id").first()
