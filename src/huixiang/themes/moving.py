"""Taking feedback from one theme to another, or splitting it off as a new one, and back."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.engine.naming import name as name_by_words
from huixiang.feedback.actions import move_to_theme
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.themes import events, measures
from huixiang.themes.actions import lock, return_votes
from huixiang.themes.models import Move, Theme, Vote
from huixiang.themes.queries import NAMED_FROM
from huixiang.themes.states import ThemeStatus

LONGEST_NAME = 80


@transaction.atomic
def split(
    *, source: Theme, feedback_ids: Sequence[uuid.UUID], name: str, actor: Actor, votes_go: bool = False
) -> Move:
    """Make part of a theme a theme of its own; without a name it is named by its words.

    Votes stay with the source, or all go. Journal: themes.split_off on the source, themes.feedback_taken on the new
    one, whose subscribers take the cases along. Raises Refused for nothing, for all of it, of a merged theme.
    """
    lock(source.workspace_id)
    source, ids = _chosen(source, feedback_ids)
    if len(ids) == Feedback.objects.filter(workspace_id=source.workspace_id, theme_id=source.id).count():
        raise Refused(_("That is all there is in this theme. To call it something else, rename it."))
    name = one_line(name)[:LONGEST_NAME]
    target = Theme.objects.create(
        workspace_id=source.workspace_id, name=name or _named(source.workspace_id, ids), name_by_person=bool(name),
        centre=source.centre, first_seen=source.first_seen, last_seen=source.last_seen,
    )  # fmt: skip - centre and times are found anew below
    voters = list(source.votes.values_list("member_id", flat=True)) if votes_go else []
    done = _carry(source, target, ids, voters, split=True)
    parted = events.SplitOff(subject=source.id, target_id=target.id, move_id=done.id, feedbacks=len(ids))
    _tell(done, parted, actor)
    return done


@transaction.atomic
def move_feedback(*, source: Theme, target: Theme, feedback_ids: Sequence[uuid.UUID], actor: Actor) -> Move:
    """Let feedback of one theme be about another that exists.

    Journal: themes.feedback_left on the source, themes.feedback_taken on the target; the cases go along.
    """
    lock(source.workspace_id)
    source, ids = _chosen(source, feedback_ids)
    now = Theme.objects.filter(workspace_id=source.workspace_id, id=target.id).exclude(id=source.id).first()
    if now is None or now.status == ThemeStatus.MERGED:
        raise Refused(_("Choose another theme that is not merged: the feedback goes there."))
    done = _carry(source, now, ids, [], split=False)
    left = events.FeedbackLeft(subject=source.id, target_id=target.id, move_id=done.id, feedbacks=len(ids))
    _tell(done, left, actor)
    return done


def _chosen(source: Theme, wanted: Sequence[uuid.UUID]) -> tuple[Theme, list[uuid.UUID]]:
    """The theme as it is now, and what of the wanted feedback is in it."""
    source = Theme.objects.get(workspace_id=source.workspace_id, id=source.id)
    if source.status == ThemeStatus.MERGED:
        raise Refused(_("This theme was merged into another: go there."))
    there = Feedback.objects.filter(workspace_id=source.workspace_id, theme_id=source.id, id__in=list(wanted))
    ids = list(there.order_by("id").values_list("id", flat=True))
    if not ids:
        raise Refused(_("Choose at least one feedback of this theme."))
    return source, ids


def _named(workspace_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> str:
    said = Feedback.objects.filter(workspace_id=workspace_id, id__in=ids, removed_at=None).order_by("-said_at", "id")
    return name_by_words(list(said.values_list("text", flat=True)[:NAMED_FROM]))[:LONGEST_NAME]


def _carry(
    source: Theme, target: Theme, ids: Sequence[uuid.UUID], voters: Sequence[uuid.UUID], *, split: bool
) -> Move:
    done = Move.objects.create(
        workspace_id=source.workspace_id, source=source, target=target, split=split,
        feedback_ids=list(ids), voter_ids=list(voters),
    )  # fmt: skip
    move_to_theme(workspace_id=source.workspace_id, feedback_ids=ids, theme_id=target.id)
    if voters:
        source.votes.filter(member_id__in=voters).update(theme=target)
    measures.refresh(workspace_id=source.workspace_id, theme_ids=[source.id, target.id], centres=True)
    return done


def _tell(done: Move, left: events.ThemeEvent, actor: Actor) -> None:
    taken = events.FeedbackTaken(
        subject=done.target_id, source_id=done.source_id, move_id=done.id,
        feedbacks=len(done.feedback_ids), split=done.split,
    )  # fmt: skip
    record_all([Note(left, actor=actor), Note(taken, actor=actor)], workspace_id=done.workspace_id)


@transaction.atomic
def undo(*, move_id: uuid.UUID, workspace_id: uuid.UUID, actor: Actor) -> Move:
    """Take back what was moved and is still there; what came later stays. Journal: themes.feedback_returned.

    A theme that was split off and has nothing left becomes a pointer to where it came from.
    """
    lock(workspace_id)
    found = Move.objects.select_for_update(of=("self",)).select_related("source", "target")
    done = found.filter(workspace_id=workspace_id, id=move_id, undone_at=None).first()
    if done is None:
        raise Refused(_("This was undone already."))
    if ThemeStatus.MERGED in {done.source.status, done.target.status}:
        raise Refused(_("One of the two themes was merged since: undo that merge first."))
    there = Feedback.objects.filter(workspace_id=workspace_id, id__in=done.feedback_ids, theme_id=done.target_id)
    still = list(there.values_list("id", flat=True))
    move_to_theme(workspace_id=workspace_id, feedback_ids=still, theme_id=done.source_id)
    return_votes(here=done.target_id, there=done.source_id, voter_ids=done.voter_ids)
    measures.refresh(workspace_id=workspace_id, theme_ids=[done.source_id, done.target_id], centres=True)
    _close_if_empty(done)
    done.undone_at, done.followed = timezone.now(), False
    done.save(update_fields=["undone_at", "followed"])
    event = events.MoveUndone(subject=done.target_id, source_id=done.source_id, move_id=done.id)
    record_all([Note(event, actor=actor)], workspace_id=workspace_id)
    return done


def _close_if_empty(done: Move) -> None:
    if not done.split:
        return
    empty = Theme.objects.filter(id=done.target_id, feedback_count=0)
    if empty.update(status=ThemeStatus.MERGED, merged_into=done.source):
        moved_on = Vote.objects.filter(theme_id=done.target_id)
        moved_on.exclude(member__in=done.source.votes.values("member")).update(theme_id=done.source_id)
        measures.refresh(workspace_id=done.workspace_id, theme_ids=[done.source_id, done.target_id])


def unfollowed(*, workspace_id: uuid.UUID, targets: Sequence[uuid.UUID]) -> list[Move]:
    """Moves into these themes, or back, whose cases have not gone along yet; locked until the transaction ends."""
    found = Move.objects.select_for_update().filter(workspace_id=workspace_id, target_id__in=targets, followed=False)
    return list(found.order_by("id"))


def note_followed(moves: Sequence[Move]) -> None:
    """Their cases are where they belong."""
    Move.objects.filter(id__in=[one.id for one in moves]).update(followed=True)
