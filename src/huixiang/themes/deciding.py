"""What people say to the proposals of the nightly grouping: yes, no, and the no taken back."""

import uuid
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.engine.naming import name as name_by_words
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, events, moving, proposals
from huixiang.themes.models import Merge, Move, Proposal, ProposalKind, ProposalState
from huixiang.themes.states import OPEN
from huixiang.workspaces.models import Workspace

SHOWN: Final = 3  # sentences of each side
NAMED_FROM: Final = 12  # sentences a part is named by


@dataclass(slots=True)
class Evidence:
    """A proposal beside what was said: of the theme and of the other theme, or what stays and what would leave."""

    proposal: Proposal
    here: list[Feedback] = field(default_factory=list)
    there: list[Feedback] = field(default_factory=list)
    name: str = ""  # what a part would be called


def standing(workspace: Workspace) -> list[Evidence]:
    """The open proposals, the surest first, each with examples: three statements whatever their number."""
    rows = _open(workspace).select_related("theme", "other")
    found = [Evidence(row) for row in rows.defer("theme__centre", "other__centre").order_by("kind", "-share", "-id")]
    wanted = set(chain.from_iterable(chain(*_examples(one.proposal)) for one in found))
    said = Feedback.objects.filter(workspace=workspace, id__in=wanted, removed_at=None)
    known = said.select_related("member").defer("embedding").in_bulk()
    for one in found:
        here, there = ([known[place] for place in side if place in known] for side in _examples(one.proposal))
        one.name = name_by_words([feedback.text for feedback in there]) if one.proposal.other is None and there else ""
        one.here, one.there = here[:SHOWN], there[:SHOWN]
    return found


def _examples(row: Proposal) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Ids of what shows both sides; of a merge those of the theme come first, those of the other last."""
    if row.kind == ProposalKind.MERGE:
        half = max(len(row.feedback_ids) // 2, 1)
        return row.feedback_ids[: min(SHOWN, half)], row.feedback_ids[-min(SHOWN, half) :]
    return [], row.feedback_ids[:NAMED_FROM]


def number(workspace: Workspace) -> int:
    """How many wait for a word."""
    return _open(workspace).count()


def _open(workspace: Workspace) -> QuerySet[Proposal]:
    """Open ones about themes that are still worked on."""
    rows = Proposal.objects.filter(workspace=workspace, state=ProposalState.OPEN, theme__status__in=OPEN)
    return rows.filter(Q(other=None) | Q(other__status__in=OPEN))


def by_id(*, workspace_id: uuid.UUID, proposal_id: uuid.UUID) -> Proposal | None:
    """One proposal of the workspace, decided ones too."""
    return Proposal.objects.filter(workspace_id=workspace_id, id=proposal_id).first()


def _taken(proposal: Proposal, state: str) -> Proposal:
    """The proposal, locked, now in this state. Raises Refused when somebody was faster."""
    row = Proposal.objects.select_for_update(of=("self",)).select_related("theme", "other").get(id=proposal.id)
    if row.state != ProposalState.OPEN:
        raise Refused(_("This was decided already, or is no longer so."))
    row.state, row.decided_at = state, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    return row


@transaction.atomic
def accept(*, proposal: Proposal, actor: Actor) -> Merge | Move:
    """Do what is proposed: the other theme goes up in the larger one, or the part becomes a theme of its own.

    Journal: that of `actions.merge` or `moving.split`; both can be undone as ever.
    """
    actions.lock(proposal.workspace_id)
    row = _taken(proposal, ProposalState.ACCEPTED)
    if row.other is not None:
        return actions.merge(source=row.other, target=row.theme, actor=actor)
    return moving.split(source=row.theme, feedback_ids=row.feedback_ids, name="", actor=actor)


@transaction.atomic
def refuse(*, proposal: Proposal, actor: Actor) -> None:
    """Say no: it is not proposed again. Journal: themes.pair_dismissed or themes.part_kept."""
    row = _taken(proposal, ProposalState.DISMISSED)
    if row.other is not None:
        proposals.dismiss(one=row.theme, other=row.other, actor=actor)
        return
    event = events.PartKept(subject=row.theme_id, proposal_id=row.id, kept=True)
    record(event, workspace_id=row.workspace_id, actor=actor)


@transaction.atomic
def take_back(*, proposal: Proposal, actor: Actor) -> None:
    """Take a no back: it is open again. Journal: themes.pair_dismissed or themes.part_kept."""
    row = Proposal.objects.select_for_update(of=("self",)).select_related("theme", "other").get(id=proposal.id)
    if row.state != ProposalState.DISMISSED:
        raise Refused(_("This was taken back already."))
    row.state, row.decided_at = ProposalState.OPEN, None
    row.save(update_fields=["state", "decided_at"])
    if row.other is not None:
        proposals.dismiss(one=row.theme, other=row.other, actor=actor, dismissed=False)
        return
    event = events.PartKept(subject=row.theme_id, proposal_id=row.id, kept=False)
    record(event, workspace_id=row.workspace_id, actor=actor)
