"""Tags: making, putting on cases, taking off, renaming, merging, deleting. Every verb writes its journal event."""

import unicodedata
import uuid
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext as _

from huixiang.cases import events
from huixiang.cases.models import Case, CaseTag, Ink, Tag
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel.errors import Refused

LONGEST_NAME = 24
MOST_TAGS = 300  # of a workspace: more than anybody can tell apart


def clean(name: str) -> str:
    """A name as it is shown: one line, without invisible marks (also those that turn the writing round)."""
    kept = "".join(mark if unicodedata.category(mark)[0] != "C" else " " for mark in name)
    return " ".join(kept.split()).removeprefix("#").strip()


def fold(name: str) -> str:
    """A name as it is compared: «ＶＩＰ 客户», «vip客户» and «VIP　客户» are one."""
    return "".join(unicodedata.normalize("NFKC", clean(name)).casefold().split())


def _checked(name: str) -> str:
    name = clean(name)
    if not fold(name):
        raise Refused(_("Give the tag a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("A tag's name has at most %(most)d characters.") % {"most": LONGEST_NAME})
    return name


@transaction.atomic
def tag_named(*, workspace_id: uuid.UUID, name: str, actor: Actor = SYSTEM) -> Tag:
    """The tag of this name, made when there is none yet. Journal: cases.tag_created, when it is made."""
    name = _checked(name)
    found = Tag.objects.filter(workspace_id=workspace_id, folded=fold(name)).first()
    if found:
        return found
    if Tag.objects.filter(workspace_id=workspace_id).count() >= MOST_TAGS:
        raise Refused(_("There are %(most)d tags already. Merge or delete some first.") % {"most": MOST_TAGS})
    made, new = Tag.objects.get_or_create(workspace_id=workspace_id, folded=fold(name), defaults={"name": name})
    if new:
        record(events.TagCreated(subject=made.id), workspace_id=workspace_id, actor=actor)
    return made


@transaction.atomic
def tag(*, cases: Sequence[Case], tag: Tag, actor: Actor = SYSTEM) -> int:
    """Put a tag on cases of its workspace; returns on how many it was not yet. Two statements and the journal.

    Journal: cases.tagged for each.
    """
    wanted = {case.id for case in cases if case.workspace_id == tag.workspace_id}
    links = CaseTag.objects.filter(tag=tag, case_id__in=wanted)
    new = sorted(wanted - set(links.values_list("case_id", flat=True)))
    CaseTag.objects.bulk_create(
        [CaseTag(workspace_id=tag.workspace_id, case_id=case_id, tag=tag) for case_id in new], ignore_conflicts=True
    )
    notes = [Note(events.Tagged(subject=case_id, tag_id=tag.id), actor=actor) for case_id in new]
    record_all(notes, workspace_id=tag.workspace_id)
    return len(new)


@transaction.atomic
def untag(*, cases: Sequence[Case], tag: Tag, actor: Actor = SYSTEM) -> int:
    """Take a tag off cases; returns from how many. Journal: cases.untagged for each."""
    links = CaseTag.objects.filter(tag=tag, case_id__in=[case.id for case in cases])
    gone = list(links.select_for_update().values_list("case_id", flat=True).order_by("id"))
    links.filter(case_id__in=gone).delete()
    notes = [Note(events.Untagged(subject=case_id, tag_id=tag.id), actor=actor) for case_id in gone]
    record_all(notes, workspace_id=tag.workspace_id)
    return len(gone)


@transaction.atomic
def change_tag(*, tag: Tag, name: str, ink: str, actor: Actor) -> None:
    """Rename a tag or draw it otherwise. Journal: cases.tag_changed. A name another tag has is refused."""
    name = _checked(name)
    if ink not in Ink.values:
        raise Refused(_("Choose how the tag is drawn."))
    same = Tag.objects.filter(workspace_id=tag.workspace_id, folded=fold(name)).exclude(id=tag.id).first()
    if same:
        raise Refused(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": same.name})
    if (tag.name, tag.ink) == (name, ink):
        return
    tag.name, tag.folded, tag.ink = name, fold(name), ink
    tag.save(update_fields=["name", "folded", "ink"])
    record(events.TagChanged(subject=tag.id), workspace_id=tag.workspace_id, actor=actor)


@transaction.atomic
def merge_tags(*, source: Tag, target: Tag, actor: Actor) -> int:
    """Let one tag go up in another; returns how many cases carried it. Journal: cases.tag_merged."""
    if source.id == target.id or source.workspace_id != target.workspace_id:
        raise Refused(_("Choose another tag to merge into."))
    held = CaseTag.objects.filter(tag=source).count()
    with connection.cursor() as cursor:  # one statement, however many cases carry it
        cursor.execute(
            "UPDATE cases_casetag AS moved SET tag_id = %s WHERE tag_id = %s AND NOT EXISTS "
            "(SELECT 1 FROM cases_casetag AS other WHERE other.tag_id = %s AND other.case_id = moved.case_id)",
            [target.id, source.id, target.id],
        )
    event = events.TagMerged(subject=source.id, into_id=target.id, cases=held)
    source.delete()
    record(event, workspace_id=target.workspace_id, actor=actor)
    return held


@transaction.atomic
def delete_tag(*, tag: Tag, actor: Actor) -> int:
    """Delete a tag, also from its cases; returns from how many. Journal: cases.tag_deleted."""
    held = CaseTag.objects.filter(tag=tag).count()
    event, workspace_id = events.TagDeleted(subject=tag.id, cases=held), tag.workspace_id
    tag.delete()
    record(event, workspace_id=workspace_id, actor=actor)
    return held
