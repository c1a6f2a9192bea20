"""Finding templates: all a person may use, what fits a case, the one a playbook points at."""

import uuid
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import get_language

from huixiang.dialogue.models import Language, ReplyTemplate
from huixiang.dialogue.shipped import LANGUAGES, shipped
from huixiang.workspaces.models import Membership, Workspace


def furnish(workspace_id: uuid.UUID) -> None:
    """Give a workspace that never had a template the shipped ones: one statement."""
    ReplyTemplate.objects.bulk_create(
        [
            ReplyTemplate(
                workspace_id=workspace_id, key=key, language=language, position=position, name=one["name"],
                texts=one["texts"], stages=one.get("stages", []), kinds=one.get("kinds", []),
                grades=one.get("grades", []),
            )
            for language in LANGUAGES
            for position, (key, one) in enumerate(shipped(language).items())
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _of(workspace_id: uuid.UUID) -> list[ReplyTemplate]:
    """Every template of a workspace, deleted ones too, in order; the first look furnishes it."""
    rows = ReplyTemplate.objects.filter(workspace_id=workspace_id).order_by("position", "created_at", "id")
    found = list(rows)
    if not found:
        furnish(workspace_id)
        found = list(rows.all())
    return found


def visible(viewer: Membership, *, language: str = "") -> list[ReplyTemplate]:
    """What somebody can answer with: what the team shares and their own, in order."""
    return [
        one
        for one in _of(viewer.workspace_id)
        if one.deleted_at is None and one.owner_id in (None, viewer.id) and language in ("", one.language)
    ]


def template_by_id(viewer: Membership, template_id: uuid.UUID, *, deleted: bool = False) -> ReplyTemplate | None:
    """One template somebody may see."""
    mine = Q(owner=None) | Q(owner=viewer)
    rows = ReplyTemplate.objects.filter(mine, workspace_id=viewer.workspace_id, id=template_id)
    return rows.filter(deleted_at__isnull=not deleted).first()


def template_by_key(workspace: Workspace, key: str, *, language: str = Language.ZH) -> ReplyTemplate | None:
    """The shared template a key stands for, in this language or else in another; None when it was deleted."""
    shared = [one for one in _of(workspace.id) if one.key == key and one.owner_id is None and one.deleted_at is None]
    return next((one for one in shared if one.language == language), shared[0] if shared else None)


def keys(workspace: Workspace) -> list[tuple[str, str]]:
    """Every key a playbook can point at, with the template's name: each once, in the reader's language if it has it."""
    named: dict[str, str] = {}
    spoken = Language.EN if (get_language() or "").startswith("en") else Language.ZH
    for one in sorted(_of(workspace.id), key=lambda one: one.language != spoken):
        if one.key and one.owner_id is None and one.deleted_at is None:
            named.setdefault(one.key, one.name)
    return list(named.items())


def fitting(template: ReplyTemplate, *, stage: str, kinds: Sequence[str], grade: str) -> int:
    """How well a template fits a case, 0 to 3: a point for its stage, kind and grade each; none when it names others.

    A list that is empty fits everything but earns nothing.
    """
    checks = ((template.stages, {stage}), (template.kinds, set(kinds)), (template.grades, {grade}))
    return sum(1 for wanted, here in checks if here & set(wanted))
