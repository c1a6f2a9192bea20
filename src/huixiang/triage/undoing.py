"""An import taken back: its messages leave with the feedback, cases, themes and members that came only from them."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from huixiang.cases.dropping import drop_said
from huixiang.cases.many import locked as lock_cases
from huixiang.cases.models import Clock, Turn
from huixiang.channels.models import Conversation
from huixiang.feedback.dropping import drop
from huixiang.feedback.models import Feedback
from huixiang.intake.imports import undo
from huixiang.intake.models import ImportRun, ImportState, WorkedOn
from huixiang.journal.models import Entry
from huixiang.members.models import Identity, Member
from huixiang.themes import actions as themes
from huixiang.themes.dropping import shrink
from huixiang.themes.models import Theme
from huixiang.triage.copied import Copy
from huixiang.triage.worked_on import Brought, Lot, judge, look

AT_ONCE: Final = 500
Kept = dict[tuple[str, uuid.UUID], WorkedOn]


@dataclass(slots=True)
class Outlook:
    """What would happen if an import were taken back now."""

    messages: int = 0
    feedback: int = 0
    cases: int = 0
    stay: int = 0  # messages
    kept: Counter[str] = field(default_factory=Counter)  # why → how many cases, and feedbacks and messages without one

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why something stays, in words, with how much: the most first."""
        return [(str(WorkedOn(reason).label), number) for reason, number in self.kept.most_common()]


def outlook(run: ImportRun) -> Outlook:
    """Say what taking an import back would do: a fixed number of statements, nothing is changed."""
    lot = look(run, list(run.brought.values_list("message_id", flat=True)))
    judge(lot)
    gone, stay, kept = _parted(lot)
    said = {one.feedback_id for one in gone if one.feedback_id}
    cases = _only_of(gone, said, {case_id for one in gone for case_id in lot.cases_of(one)})
    return Outlook(len(gone), len(said), len(cases), len(stay), Counter(map(str, kept.values())))


def _only_of(gone: Sequence[Brought], said: Collection[uuid.UUID], cases: set[uuid.UUID]) -> set[uuid.UUID]:
    """The cases in which nothing else stands."""
    others = Turn.objects.filter(case_id__in=cases).exclude(message_id__in=[one.id for one in gone])
    more = Feedback.objects.filter(case_id__in=cases).exclude(id__in=said)
    return cases - set(others.values_list("case_id", flat=True)) - set(more.values_list("case_id", flat=True))


def _parted(lot: Lot) -> tuple[list[Brought], list[Brought], Kept]:
    """What goes, what stays, and why: a feedback of a kept case is told of with the case."""
    gone: list[Brought] = []
    stay: list[Brought] = []
    kept: Kept = {}
    for one in lot.messages:
        why = lot.why(one)
        kept |= why
        (stay if why else gone).append(one)
    in_cases = {one for one, (case_id, _theme) in lot.feedback.items() if case_id and ("case", case_id) in kept}
    return gone, stay, {what: why for what, why in kept.items() if what[1] not in in_cases}


def take_back(run_id: uuid.UUID, *, most_lots: int | None = None) -> None:
    """Take an import back, lot by lot; after `most_lots` the rest is left to another job, so that others get on."""
    lots = 0
    while take_back_some(run_id):
        lots += 1
        if lots == most_lots:
            undo.go_on(ImportRun.objects.get(id=run_id))
            return


@transaction.atomic
def take_back_some(run_id: uuid.UUID) -> bool:
    """Go through the next lot of an import that is taken back; whether there is more. A killed job goes on here.

    First the messages are locked, then the themes, then the cases: the order in which messages are read, too.
    """
    run = undo.locked(run_id)
    if run.state != ImportState.UNDOING:
        return False
    wanted = undo.next_lot(run, AT_ONCE)
    if not wanted:
        undo.finish(run)
        return False
    lot = look(run, wanted, lock=True)
    themes.lock(run.workspace_id)
    lock_cases(workspace_id=run.workspace_id, case_ids=sorted(lot.cases))
    judge(lot)
    gone, stay, kept = _parted(lot)
    left = _drop(lot, gone) if gone else {}
    passed = {*wanted, *(one.id for one in lot.messages)}
    undo.note(run, passed=passed, stay=len(stay), kept=kept, left=left)
    return True


def _drop(lot: Lot, gone: Sequence[Brought]) -> dict[str, int]:
    """Delete these messages and what was made of them; returns how much of each went."""
    run = lot.run
    said = sorted({one.feedback_id for one in gone if one.feedback_id in lot.feedback and one.feedback_id})
    cases = sorted({case_id for one in gone for case_id in lot.cases_of(one)})
    about = sorted({theme_id for one in said if (theme_id := lot.feedback[one][1])})
    groups = list(Copy.objects.filter(feedback_id__in=said).values_list("group_id", flat=True).distinct())
    feedback = drop(workspace_id=run.workspace_id, feedback_ids=said, run_id=run.id)
    _let_single(groups)
    closed = drop_said(
        workspace_id=run.workspace_id, message_ids=[one.id for one in gone], case_ids=cases, run_id=run.id
    )
    undo.let_go(run, {one.id: one.external_id for one in gone})
    shrunk = shrink(workspace_id=run.workspace_id, theme_ids=about, needed=_needed_themes(about), run_id=run.id)
    members = _drop_strangers(run, {one.member_id for one in gone if one.member_id})
    places = {one.conversation_id for one in gone if one.conversation_id}
    _unneeded(Conversation.objects.filter(id__in=places, created_at__gte=run.created_at)).delete()
    return {"messages": len(gone), "feedback": feedback, "cases": closed, "themes": shrunk, "members": members}


def _let_single(groups: Sequence[uuid.UUID]) -> None:
    """What is the only one left of its copies is nobody's copy any more."""
    others = Copy.objects.filter(group_id=OuterRef("group_id")).exclude(id=OuterRef("id"))
    Copy.objects.filter(group_id__in=groups).exclude(Exists(others)).delete()


def _needed_themes(theme_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Themes that cases, announcements, war rooms hold on to."""
    free = _unneeded(Theme.objects.filter(id__in=theme_ids), but=(Clock,), apart_from={"themes", "insights"})
    return set(theme_ids) - set(free.values_list("id", flat=True))


def _drop_strangers(run: ImportRun, member_ids: Collection[uuid.UUID]) -> int:
    """Delete members who are known from nothing but this import, and whom nobody touched; returns how many."""
    new = Member.objects.filter(
        workspace_id=run.workspace_id, id__in=member_ids, created_at__gte=run.created_at, user=None,
        tier_by_hand=False,
    )  # fmt: skip
    elsewhere = Identity.objects.filter(member=OuterRef("id")).exclude(account_id=run.account_id)
    touched = Entry.objects.filter(workspace_id=run.workspace_id, subject_id=OuterRef("id"))
    strangers = new.exclude(Exists(elsewhere)).exclude(Exists(touched.exclude(actor_kind="system")))
    gone = list(_unneeded(strangers, but=(Identity,), apart_from={"insights"}).values_list("id", flat=True))
    Member.objects.filter(id__in=gone).delete()
    return len(gone)


def _unneeded(rows: QuerySet[Any], *, but: Collection[type[Model]] = (), apart_from: Collection[str] = ()) -> Any:
    """The rows no other row points to, be it of a table this version knows nothing of."""
    relations = rows.model._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's documented interface
    for one in relations:
        if not (one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)):
            continue
        if one.related_model in but or one.related_model._meta.app_label in apart_from:  # noqa: SLF001 - the same
            continue
        pointing = one.related_model._base_manager.filter(**{one.field.name: OuterRef("pk")})  # noqa: SLF001 - the same
        rows = rows.exclude(Exists(pointing))
    return rows
