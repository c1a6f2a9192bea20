"""Making templates, changing them and taking that back. Every verb writes its journal event."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases.states import Stage
from huixiang.dialogue import events
from huixiang.dialogue.filling import VARIABLES, unknown_in
from huixiang.dialogue.models import Language, ReplyTemplate, TemplateVersion, Tone
from huixiang.feedback.models import Grade, Kind
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

LONGEST = 5_000  # characters of one tone
MOST = 300  # templates of a workspace


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a template is to say, and when it fits."""

    name: str
    texts: Mapping[str, str]
    language: str = "zh"
    shared: bool = True
    stages: Collection[str] = field(default_factory=tuple)
    kinds: Collection[str] = field(default_factory=tuple)
    grades: Collection[str] = field(default_factory=tuple)


def may_change(template: ReplyTemplate, membership: Membership) -> bool:
    """Whether somebody may change a template: their own, and with the permission for the team's lists the shared."""
    return template.owner_id == membership.id or (template.owner_id is None and holds(membership, Permission.TAGS))


@transaction.atomic
def make(*, by: Membership, wanted: Wanted) -> ReplyTemplate:
    """Make a template, one's own or the team's. Journal: dialogue.template_saved."""
    if ReplyTemplate.objects.filter(workspace_id=by.workspace_id, deleted_at=None).count() >= MOST:
        raise Refused(_("There are %(most)d templates already. Delete some first.") % {"most": MOST})
    made = ReplyTemplate(workspace_id=by.workspace_id, owner=by, position=MOST, version=0)
    _take(made, wanted, by)
    return made


@transaction.atomic
def change(*, template: ReplyTemplate, by: Membership, wanted: Wanted) -> None:
    """Change a template; what it said is kept as a version when its words changed. Journal: dialogue.template_saved."""
    _take(_locked(template, by), wanted, by)


@transaction.atomic
def take_back(*, template: ReplyTemplate, by: Membership, number: int) -> None:
    """Let a template say what it said in a version; that is a new version, too. Journal: dialogue.template_saved."""
    row = _locked(template, by)
    old = TemplateVersion.objects.filter(template=row, number=number).first()
    if old is None:
        raise Refused(_("This version is no longer there."))
    _keep(row, by)
    row.name, row.texts = old.name, old.texts
    _store(row, by)


@transaction.atomic
def delete(*, template: ReplyTemplate, by: Membership) -> None:
    """Take a template away; it can be brought back. Journal: dialogue.template_deleted."""
    row = _locked(template, by)
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])
    _tell(events.TemplateDeleted(subject=row.id, back=False), by)


@transaction.atomic
def restore(*, template: ReplyTemplate, by: Membership) -> None:
    """Bring a template back. Journal: dialogue.template_deleted. One made meanwhile under its key keeps the key."""
    row = _locked(template, by, deleted=True)
    others = ReplyTemplate.objects.filter(workspace_id=row.workspace_id, owner=None, deleted_at=None)
    if row.key and others.filter(key=row.key, language=row.language).exists():
        row.key = ""
    row.deleted_at = None
    row.save(update_fields=["deleted_at", "key"])
    _tell(events.TemplateDeleted(subject=row.id, back=True), by)


def note_used(*, workspace_id: uuid.UUID, template_ids: Sequence[uuid.UUID]) -> None:
    """Count that an answer was written with these: one statement."""
    rows = ReplyTemplate.objects.filter(workspace_id=workspace_id, id__in=template_ids)
    rows.update(used=F("used") + 1, last_used_at=timezone.now())


def _locked(template: ReplyTemplate, by: Membership, *, deleted: bool = False) -> ReplyTemplate:
    rows = ReplyTemplate.objects.select_for_update().filter(id=template.id, workspace_id=by.workspace_id)
    found = rows.filter(deleted_at__isnull=not deleted).first()
    if found is None:
        raise Refused(_("The template is no longer there."))
    if not may_change(found, by):
        raise Refused(_("This template is not yours to change."))
    return found


def _take(row: ReplyTemplate, wanted: Wanted, by: Membership) -> None:
    name, texts = " ".join(wanted.name.split())[:60], _checked(wanted)
    if wanted.shared and not holds(by, Permission.TAGS):
        raise Refused(_("Your role keeps templates of its own; those of the team are changed by others."))
    if not name:
        raise Refused(_("Give the template a name."))
    if (name, texts) != (row.name, row.texts) and row.version:
        _keep(row, by)
    row.name, row.texts, row.language = name, texts, wanted.language
    row.owner = None if wanted.shared or row.key else by  # what playbooks point at is everybody's
    row.stages = [str(one) for one in Stage.values if one in wanted.stages]
    row.kinds = [str(one) for one in Kind.values if one in wanted.kinds]
    row.grades = [str(one) for one in Grade.values if one in wanted.grades]
    _store(row, by)


def _checked(wanted: Wanted) -> dict[str, str]:
    texts = {tone: wanted.texts.get(tone, "").replace("\x00", "").strip() for tone in Tone.values}
    if not any(texts.values()):
        raise Refused(_("Write the words in at least one tone."))
    if wanted.language not in Language.values:
        raise Refused(_("Choose the language it is written in."))
    if any(len(text) > LONGEST for text in texts.values()):
        raise Refused(_("This is longer than %(limit)d characters.") % {"limit": LONGEST})
    unknown = [name for text in texts.values() for name in unknown_in(text)]
    if unknown:
        comma = pgettext("numbers", ", ")
        told = {
            "names": comma.join("{{" + name + "}}" for name in dict.fromkeys(unknown)),
            "known": comma.join(VARIABLES),
        }
        raise Refused(_("There is no variable %(names)s. There are: %(known)s") % told)
    return {tone: text for tone, text in texts.items() if text}


def _keep(row: ReplyTemplate, by: Membership) -> None:
    TemplateVersion.objects.create(
        workspace_id=row.workspace_id, template=row, number=row.version, name=row.name, texts=row.texts, by=by
    )


def _store(row: ReplyTemplate, by: Membership) -> None:
    newest = TemplateVersion.objects.filter(template=row).order_by("-number").values_list("number", flat=True).first()
    row.version = (newest or 0) + 1
    row.save()
    _tell(events.TemplateSaved(subject=row.id, version=row.version, shared=row.owner_id is None), by)


def _tell(event: events.TemplateEvent, by: Membership) -> None:
    record(event, workspace_id=by.workspace_id, actor=Actor("staff", by.id))
