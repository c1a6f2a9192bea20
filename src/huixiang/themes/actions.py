"""What people and the pipeline do with themes."""

import uuid
from collections.abc import Sequence

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from huixiang.feedback.actions import move_to_theme
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import Note, record, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.kernel.lines import one_line
from huixiang.members.models import Member
from huixiang.themes import changing, events, grouping, measures, warning, wording
from huixiang.themes.growth import FEWEST
from huixiang.themes.models import Merge, SummaryBy, Theme, Vote
from huixiang.themes.queries import latest_texts
from huixiang.themes.states import ThemeStatus, may_become

RENAMED_AT = {2, 3, 5, 8, 13, 21, 34, 55, 89}  # sizes at which a name by words is found anew
DESCRIBED = (
    "name", "summary", "root_cause", "workaround", "fix", "fixed_in", "tracker_url", "public", "owner_id",
)  # fmt: skip


def lock(workspace_id: uuid.UUID) -> None:
    """One writer of themes at a time in a workspace, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(workspace_id)])


def lock_rows(*, theme_ids: Sequence[uuid.UUID]) -> None:
    """Lock themes before what belongs to them is locked: the order in which the pipeline takes them, too."""
    list(Theme.objects.select_for_update(no_key=True).filter(id__in=theme_ids).order_by("id").values_list("id"))


@transaction.atomic
def attach(
    *, workspace_id: uuid.UUID, feedbacks: Sequence[Feedback], vectors: NDArray[np.float32]
) -> list[uuid.UUID]:
    """Give each feedback its theme (set on the objects, not yet stored) and return the touched themes' ids.

    The caller stores the feedbacks and then calls `measures.refresh` with the ids. Where a theme of some size grew, a
    job looks for early warnings. Journal: themes.found.
    """
    if not feedbacks:
        return []
    lock(workspace_id)
    groups = grouping.group(workspace_id=workspace_id, feedbacks=feedbacks, vectors=vectors)
    fresh = [found for found in groups if found.new]
    Theme.objects.bulk_create([grouping.new_theme(found, workspace_id) for found in fresh])
    _move_centres([found for found in groups if not found.new])
    record_all(
        [Note(events.ThemeFound(subject=found.theme_id, feedback_id=found.added[0].id)) for found in fresh],
        workspace_id=workspace_id,
    )
    if any(found.size >= FEWEST and _lately(found.added) for found in groups):
        warning.wake(workspace_id=workspace_id)
    return [found.theme_id for found in groups]


def _lately(added: Sequence[Feedback]) -> bool:
    """Whether some of it was said within the last day: what is older raises no early warning."""
    return max(feedback.said_at for feedback in added) > timezone.now() - warning.DAY


def _move_centres(groups: Sequence[grouping.Group]) -> None:
    themes = [Theme(id=found.theme_id, centre=found.centre) for found in groups]
    Theme.objects.bulk_update(themes, ["centre"], batch_size=500)


def rename_grown(*, workspace_id: uuid.UUID, theme_ids: Sequence[uuid.UUID]) -> None:
    """Find new names and summaries for themes that reached a size worth it, where no person wrote them."""
    grown = Theme.objects.filter(workspace_id=workspace_id, id__in=theme_ids, feedback_count__in=RENAMED_AT)
    grown = grown.filter(Q(name_by_person=False) | Q(summary="") | ~Q(summary_by=SummaryBy.PERSON)).defer("centre")
    texts = latest_texts(workspace_id, [theme.id for theme in grown])
    worded = [theme for theme in grown if theme.id in texts and wording.find_words(theme, texts[theme.id])]
    Theme.objects.bulk_update(worded, wording.WORDED, batch_size=500)


@transaction.atomic
def forget_feedback(*, workspace_id: uuid.UUID, feedback_ids: Sequence[uuid.UUID]) -> None:
    """Feedback was removed: themes worded by it are worded by what is left, or by no words at all."""
    touched = Feedback.objects.filter(workspace_id=workspace_id, id__in=feedback_ids).values("theme_id")
    themes = Theme.objects.filter(workspace_id=workspace_id, id__in=touched).defer("centre")
    texts = latest_texts(workspace_id, [theme.id for theme in themes])
    worded = [theme for theme in themes if wording.find_words(theme, texts.get(theme.id, []), anew=True)]
    Theme.objects.bulk_update(worded, wording.WORDED, batch_size=500)


@transaction.atomic
def describe(*, theme: Theme, actor: Actor, **changed: object) -> None:
    """Write what a person knows: name, summary, root_cause, workaround, fix, fixed_in, tracker_url, public, owner_id.

    Journal: themes.described with the names of the fields, the root cause in words. What stood before is kept, so that
    it can be undone.
    """
    if "name" in changed:
        changed["name"] = one_line(str(changed["name"]))
    fields = [name for name in DESCRIBED if name in changed and getattr(theme, name) != changed[name]]
    before = changing.values(theme, fields)
    for name in fields:
        setattr(theme, name, changed[name])
    if "name" in fields:
        theme.name_by_person = True
    if "summary" in fields:
        theme.summary_by = SummaryBy.PERSON
    if not fields:
        return
    theme.save(update_fields=[*fields, "name_by_person", "summary_by", "search"])
    changing.remember(theme, before)
    words = theme.root_cause if "root_cause" in fields else ""
    record(
        events.ThemeDescribed(subject=theme.id, fields=fields),
        workspace_id=theme.workspace_id,
        actor=actor,
        words=words,
    )


@transaction.atomic
def move(*, theme: Theme, to: str, actor: Actor, words: str = "", fixed_in: str = "") -> None:
    """Let a theme go a step on its way. Declining needs a reason. Journal: themes.moved.

    What stood before is kept, so that it can be undone; an announcement cannot.
    """
    theme = Theme.objects.select_for_update().get(id=theme.id) if theme.pk else theme
    if not may_become(theme.status, to):
        raise Refused(
            _("A theme that is “%(before)s” cannot become “%(after)s”.")
            % {"before": theme.get_status_display(), "after": ThemeStatus(to).label}
        )
    if to == ThemeStatus.DECLINED and not words.strip():
        raise Refused(_("Say why: declined themes are shown with their reason."))
    stood, before, theme.status = changing.values(theme, changing.STEP), theme.status, to
    _stamp(theme, to, words.strip(), fixed_in)
    theme.save()
    if to != ThemeStatus.ANNOUNCED:  # what the community was told is not taken back
        changing.remember(theme, stood)
    record(
        events.ThemeMoved(subject=theme.id, before=before, after=to, fixed_in=fixed_in),
        workspace_id=theme.workspace_id,
        actor=actor,
        words=words.strip(),
    )


def _stamp(theme: Theme, to: str, words: str, fixed_in: str) -> None:
    """The time of the step, and its words where the theme keeps them."""
    setattr(theme, f"{to}_at", timezone.now())
    if to == ThemeStatus.DECLINED:
        theme.decline_reason = words
    if to == ThemeStatus.FIXED:
        theme.fix, theme.fixed_in = words, fixed_in


@transaction.atomic
def resolve(*, theme: Theme, root_cause: str, fix: str, fixed_in: str, actor: Actor) -> Theme:
    """Say what it was and how it is fixed: the theme becomes fixed; of one fixed already, the words are renewed.

    Journal: themes.described, themes.moved. Raises Refused without a fix or from a status that cannot become fixed.
    """
    if not fix.strip():
        raise Refused(_("Write how it was fixed: the members who reported it will read it."))
    theme = Theme.objects.select_for_update().get(id=theme.id)  # the page may show an older status
    describe(theme=theme, actor=actor, root_cause=root_cause.strip())
    if theme.status == ThemeStatus.FIXED:
        describe(theme=theme, actor=actor, fix=fix.strip(), fixed_in=fixed_in.strip())
    else:
        move(theme=theme, to=ThemeStatus.FIXED, actor=actor, words=fix, fixed_in=fixed_in.strip())
    return Theme.objects.get(id=theme.id)


@transaction.atomic
def merge(*, source: Theme, target: Theme, actor: Actor) -> Merge:
    """Take `source` into `target`: feedbacks and votes move, the source stays as a pointer.

    Journal: themes.merged on the target, whose subscribers move what stands above (cases).
    """
    lock(target.workspace_id)
    now = Theme.objects.filter(workspace_id=target.workspace_id).in_bulk([source.id, target.id])  # as they are now
    source, target = now.get(source.id, source), now.get(target.id, target)
    if len(now) < 2 or ThemeStatus.MERGED in {source.status, target.status}:  # noqa: PLR2004 - two different ones
        raise Refused(_("These two cannot be merged: choose two themes that are not merged already."))
    ids = list(
        Feedback.objects.filter(workspace_id=source.workspace_id, theme_id=source.id).values_list(
            "id", flat=True
        )
    )
    voters = list(
        source.votes.exclude(member__in=target.votes.values("member")).values_list("member_id", flat=True)
    )
    done = Merge.objects.create(
        workspace_id=target.workspace_id, source=source, target=target, status_before=source.status,
        feedback_ids=ids, voter_ids=voters,
    )  # fmt: skip
    move_to_theme(workspace_id=target.workspace_id, feedback_ids=ids, theme_id=target.id)
    source.votes.filter(member_id__in=voters).update(theme=target)
    Theme.objects.filter(id=source.id).update(status=ThemeStatus.MERGED, merged_into=target)
    measures.refresh(workspace_id=target.workspace_id, theme_ids=[source.id, target.id], centres=True)
    event = events.ThemesMerged(subject=target.id, source_id=source.id, feedbacks=len(ids))
    record(event, workspace_id=target.workspace_id, actor=actor)
    return done


@transaction.atomic
def merge_many(*, sources: Sequence[Theme], target: Theme, actor: Actor) -> list[Merge]:
    """Take several themes into one, all of them or none. Journal: themes.merged for each."""
    if not sources:
        raise Refused(_("Choose the themes to merge: two at least."))
    return [merge(source=source, target=target, actor=actor) for source in sources]


@transaction.atomic
def undo_merge(*, merge_id: uuid.UUID, workspace_id: uuid.UUID, actor: Actor) -> Merge:
    """Part two themes again: what had moved moves back, what came later stays. Journal: themes.merge_undone."""
    lock(workspace_id)
    done = (
        Merge.objects.select_for_update(of=("self",))
        .select_related("target")
        .filter(workspace_id=workspace_id, id=merge_id, undone_at=None)
        .first()
    )
    if done is None:
        raise Refused(_("This merge was undone already."))
    if done.target.status == ThemeStatus.MERGED:
        raise Refused(_("The theme it went into was merged on: undo that merge first."))
    there = Feedback.objects.filter(workspace_id=workspace_id, id__in=done.feedback_ids, theme_id=done.target_id)
    still = list(there.values_list("id", flat=True))
    move_to_theme(workspace_id=workspace_id, feedback_ids=still, theme_id=done.source_id)
    return_votes(here=done.target_id, there=done.source_id, voter_ids=done.voter_ids)
    Theme.objects.filter(id=done.source_id).update(status=done.status_before, merged_into=None)
    done.undone_at = timezone.now()
    done.save(update_fields=["undone_at"])
    measures.refresh(workspace_id=workspace_id, theme_ids=[done.source_id, done.target_id], centres=True)
    event = events.MergeUndone(subject=done.target_id, source_id=done.source_id)
    record(event, workspace_id=workspace_id, actor=actor)
    return done


def return_votes(*, here: uuid.UUID, there: uuid.UUID, voter_ids: Sequence[uuid.UUID]) -> None:
    """Let votes go back where they came from, those of people joined into another record since, too."""
    voters = set(voter_ids)
    while joined := set(Member.objects.filter(taken_in__in=voters).values_list("id", flat=True)) - voters:
        voters |= joined
    back = Vote.objects.filter(theme_id=here, member_id__in=voters)
    twice = Vote.objects.filter(theme_id=there).values("member_id")  # who voted there again meanwhile
    back.exclude(member_id__in=twice).update(theme_id=there)


@transaction.atomic
def undo_merges(*, merge_ids: Sequence[uuid.UUID], workspace_id: uuid.UUID, actor: Actor) -> list[Merge]:
    """Part several again in this order, all of them or none. Journal: themes.merge_undone for each."""
    return [undo_merge(merge_id=merge_id, workspace_id=workspace_id, actor=actor) for merge_id in merge_ids]


@transaction.atomic
def vote(*, theme: Theme, member: Member, given: bool) -> int:
    """Say 我也是, or take it back; returns the votes now. Journal: themes.voted, when something changed.

    For a theme merged into another the vote counts there.
    """
    theme = _for_votes(theme.id)
    while theme.merged_into_id:
        theme = _for_votes(theme.merged_into_id)
    if given:
        _vote, changed = Vote.objects.get_or_create(
            workspace_id=theme.workspace_id, theme=theme, member=member
        )
    else:
        changed = bool(Vote.objects.filter(theme=theme, member=member).delete()[0])
    if changed:
        measures.count_votes(theme)
        event = events.Voted(subject=theme.id, member_id=member.id, given=given)
        record(event, workspace_id=theme.workspace_id, actor=Actor("member", member.id))
    return theme.vote_count


def _for_votes(theme_id: uuid.UUID) -> Theme:
    """Locked, so that two who vote at once are both counted."""
    return Theme.objects.select_for_update(no_key=True).defer("centre").get(id=theme_id)
