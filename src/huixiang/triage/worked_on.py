"""What an import brought that somebody has worked on since: it stays when the import is taken back.

Everything a person does is in the journal, so the journal is asked first: whatever a person or a program did to a case,
a feedback or a message keeps it, also what this version knows nothing of. Then the tables that tell what no entry does.
A fixed number of statements whatever the number of messages.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef, Q

from huixiang.cases.models import Turn
from huixiang.cases.states import Direction
from huixiang.channels.models import Delivery
from huixiang.feedback.models import Feedback
from huixiang.intake.models import ImportedMessage, ImportRun, Message, WorkedOn
from huixiang.journal.models import Entry
from huixiang.themes.models import Merge, Move, Theme
from huixiang.war_rooms.models import Red

ONLY_LOOKED: Final = (
    "workspaces.personal_data_shown", "intake.attachment_opened", "intake.message_read_again", "feedback.removed",
)  # fmt: skip
TOLD_BY: Final = {
    "cases.answered": WorkedOn.ANSWERED, "cases.assigned": WorkedOn.ASSIGNED, "cases.handed_over": WorkedOn.ASSIGNED,
    "triage.corrected": WorkedOn.CORRECTED, "cases.regraded": WorkedOn.CORRECTED,
}  # fmt: skip
Ids = Collection[uuid.UUID]
Reasons = dict[uuid.UUID, WorkedOn]


@dataclass(frozen=True, slots=True)
class Brought:
    """One message of an import, and what reading made of it."""

    id: uuid.UUID
    external_id: str
    feedback_id: uuid.UUID | None
    member_id: uuid.UUID | None
    conversation_id: uuid.UUID | None


@dataclass(slots=True)
class Lot:
    """Messages with their feedback (id → case, theme) and the cases they stand in, and why things must stay."""

    run: ImportRun
    messages: list[Brought]
    feedback: dict[uuid.UUID, tuple[uuid.UUID | None, uuid.UUID | None]] = field(default_factory=dict)
    turns: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)
    reasons: Reasons = field(default_factory=dict)

    def cases_of(self, one: Brought) -> set[uuid.UUID]:
        """The cases a message stands in, or its feedback belongs to."""
        case_id = self.feedback.get(one.feedback_id, (None, None))[0] if one.feedback_id else None
        return self.turns.get(one.id, set()) | ({case_id} if case_id else set())

    @property
    def cases(self) -> set[uuid.UUID]:
        """All of them."""
        return {case_id for one in self.messages for case_id in self.cases_of(one)}

    def why(self, one: Brought) -> dict[tuple[str, uuid.UUID], WorkedOn]:
        """What of a message stays, kind and id, and why; nothing when it can go."""
        subjects = [("case", case_id) for case_id in sorted(self.cases_of(one))]
        subjects += [("feedback", one.feedback_id)] if one.feedback_id in self.feedback else []
        found = {(kind, subject): self.reasons[subject] for kind, subject in subjects if subject in self.reasons}
        if not found and one.id in self.reasons:
            return {("message", one.id): self.reasons[one.id]}
        return found


def look(run: ImportRun, message_ids: Ids, *, lock: bool = False) -> Lot:
    """Find what these messages became; with `lock`, nobody reads them or works on them until the transaction ends."""
    lot = Lot(run, [])
    lot.messages = _messages(lot, message_ids, lock=lock)
    said = {one.feedback_id for one in lot.messages if one.feedback_id}
    lot.messages += _said_together(lot, said, {one.id for one in lot.messages})
    rows = Feedback.objects.filter(workspace_id=run.workspace_id, id__in=said).values_list("id", "case_id", "theme_id")
    lot.feedback = {feedback_id: (case_id, theme_id) for feedback_id, case_id, theme_id in rows}
    turns = Turn.objects.filter(workspace_id=run.workspace_id, message_id__in=[one.id for one in lot.messages])
    for message_id, case_id in turns.values_list("message_id", "case_id"):
        if message_id:
            lot.turns.setdefault(message_id, set()).add(case_id)
    return lot


FIELDS: Final = ("id", "external_id", "feedback_id", "member_id", "conversation_id")


def _messages(lot: Lot, message_ids: Ids, *, lock: bool) -> list[Brought]:
    rows = Message.objects.filter(workspace_id=lot.run.workspace_id, id__in=message_ids).order_by("id")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return [Brought(*row) for row in rows.values_list(*FIELDS)]


def _said_together(lot: Lot, said: Ids, known: Ids) -> list[Brought]:
    """The other messages of the same feedback: they come along. From elsewhere, they keep the feedback."""
    own = Exists(ImportedMessage.objects.filter(message_id=OuterRef("id"), run=lot.run))
    rows = Message.objects.filter(workspace_id=lot.run.workspace_id, feedback_id__in=said).exclude(id__in=known)
    found = []
    for *row, brought in rows.annotate(own=own).values_list(*FIELDS, "own"):
        message = Brought(*row)
        if brought:
            found.append(message)
        elif message.feedback_id:
            lot.reasons[message.feedback_id] = WorkedOn.JOINED
    return found


def judge(lot: Lot) -> None:
    """Find why what is in the lot must stay: on cases, on feedback, on messages; what holds one holds its case."""
    cases, said, since = lot.cases, set(lot.feedback), lot.run.created_at
    for subject, name in _done(lot, {*cases, *said, *(one.id for one in lot.messages)}, since):
        lot.reasons[subject] = _weightier(lot.reasons.get(subject), TOLD_BY.get(name, WorkedOn.HANDLED))
    _add(lot, WorkedOn.ANSWERED, _answered(lot.run.workspace_id, cases, since))
    in_rooms = Red.objects.filter(case_id__in=cases, room__isnull=False)
    _add(lot, WorkedOn.WAR_ROOM, in_rooms.values_list("case_id", flat=True))
    _add(lot, WorkedOn.MERGED, _moved(lot.run.workspace_id, said, since))
    _add(lot, WorkedOn.ANNOUNCED, _announced(lot, since))
    for feedback_id, (case_id, _theme) in lot.feedback.items():
        if case_id and feedback_id in lot.reasons:
            lot.reasons.setdefault(case_id, lot.reasons[feedback_id])
        if case_id in lot.reasons:
            lot.reasons.setdefault(feedback_id, lot.reasons[case_id])


def _add(lot: Lot, reason: WorkedOn, subjects: Iterable[uuid.UUID]) -> None:
    for subject in subjects:
        lot.reasons[subject] = _weightier(lot.reasons.get(subject), reason)


WEIGHT: Final = list(WorkedOn)


def _weightier(one: WorkedOn | None, other: WorkedOn) -> WorkedOn:
    """The reason to be told of two: answers before everything else."""
    return other if one is None or WEIGHT.index(other) < WEIGHT.index(one) else one


def _done(lot: Lot, subjects: Ids, since: datetime.datetime) -> Iterable[tuple[uuid.UUID, str]]:
    """What people and programs did to these, by the journal."""
    entries = Entry.objects.filter(workspace_id=lot.run.workspace_id, subject_id__in=subjects, at__gte=since)
    by_people = entries.exclude(actor_kind="system").exclude(name__in=ONLY_LOOKED)
    return by_people.values_list("subject_id", "name").distinct()


def _answered(workspace_id: uuid.UUID, cases: Ids, since: datetime.datetime) -> set[uuid.UUID]:
    """Cases in which our side said something, or from which something was sent; also what the system sent by itself."""
    turns = Turn.objects.filter(case_id__in=cases, at__gte=since, direction=Direction.OUTBOUND)
    sent = Delivery.objects.filter(workspace_id=workspace_id, about_id__in=cases, created_at__gte=since)
    return {*turns.values_list("case_id", flat=True), *(one for one in sent.values_list("about_id", flat=True) if one)}


def _moved(workspace_id: uuid.UUID, said: Ids, since: datetime.datetime) -> set[uuid.UUID]:
    """Feedback that went into another theme by somebody's decision, and is still there."""
    lists: list[list[uuid.UUID]] = []
    standing = Q(workspace_id=workspace_id, undone_at=None, feedback_ids__overlap=list(said))
    lists += Merge.objects.filter(standing, merged_at__gte=since).values_list("feedback_ids", flat=True)
    lists += Move.objects.filter(standing, moved_at__gte=since).values_list("feedback_ids", flat=True)
    return {one for ids in lists for one in ids} & set(said)


def _announced(lot: Lot, since: datetime.datetime) -> list[uuid.UUID]:
    """Feedback whose theme was announced since: its people were told, perhaps thanked."""
    ids = {theme_id for _case, theme_id in lot.feedback.values() if theme_id}
    told = set(Theme.objects.filter(id__in=ids, announced_at__gte=since).values_list("id", flat=True))
    return [one for one, (_case, theme_id) in lot.feedback.items() if theme_id in told]
