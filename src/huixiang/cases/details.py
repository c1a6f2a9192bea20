"""What a case still lacks: read from its feedback and from what was said since; a person's word goes before both."""

import datetime
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import events, stages
from huixiang.cases.asking import Question, asked_in, question_for
from huixiang.cases.detail_marks import DetailKey, DetailMark, Marked
from huixiang.cases.models import Case, Turn
from huixiang.cases.states import Direction, Stage
from huixiang.engine.facts import facts_of
from huixiang.engine.reading import Kind
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Attachment
from huixiang.journal.actions import Note, record_all
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

SURE: Final = frozenset({"version", "evidence", "frequency"})  # told by their form, also in a word or two
ENOUGH: Final = 20  # characters from which on a text tells a detail nobody asked for
QUOTED: Final = 80
_NO_ANSWER: Final = re.compile(
    r"^(?:好的?|嗯+|哦+|行吧?|可以|收到|知道了?|明白了?|谢谢.{0,6}|辛苦.{0,4}|ok(?:ay)?|thanks?.{0,12}|sure|yes|no)?[\s。.!！~～,，]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail: told (in the member's `words`), known, unneeded (both by hand), asked for, or missing.

    `at` is when it was told or asked; `spoken` that the member wrote since it was asked, and it was not seen in that.
    """

    key: str
    label: str
    state: str
    words: str = ""
    at: datetime.datetime | None = None
    by_hand: bool = False
    spoken: bool = False

    @property
    def lacking(self) -> bool:
        """Whether it is still to be had from the member."""
        return self.state in ("missing", "asked")


@dataclass(slots=True)
class _Heard:
    """What the turns tell, walked from the first to the last."""

    kind: Kind
    told: dict[str, tuple[str, datetime.datetime]] = field(default_factory=dict)
    asked: dict[str, datetime.datetime] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)  # what the last of our answers asked for
    spoke_at: datetime.datetime | None = None

    def ours(self, turn: Turn) -> None:
        self.open = asked_in(turn.text) - self.told.keys()
        for key in self.open:
            self.asked.setdefault(key, turn.at)

    def theirs(self, turn: Turn, *, files: bool) -> None:
        found = facts_of(turn.text, self.kind)
        known = SURE | self.asked.keys() if len(turn.text) < ENOUGH else found.keys()
        for key in found.keys() & known:
            self.told.setdefault(key, (found[key], turn.at))
        if files:
            self.told.setdefault("evidence", ("", turn.at))
        left = self.open - self.told.keys()
        if len(left) == 1 and not _NO_ANSWER.match(turn.text) and not turn.text.rstrip().endswith(("?", "？")):
            self.told[left.pop()] = (turn.text[:QUOTED], turn.at)  # asked for one thing, they said something
        self.open, self.spoke_at = set(), turn.at


def details_of(
    feedbacks: Sequence[Feedback],
    turns: Iterable[Turn],
    marks: Mapping[str, str],
    *,
    with_files: set[uuid.UUID],
    asked: Mapping[str, datetime.datetime] | None = None,
) -> list[Detail]:
    """Every detail that matters in a case, in asking order. No statement.

    `marks`: what people said, by key; `with_files`: the turns of the member that brought files; `asked`: what somebody
    else asked for, say the bot, and when.
    """
    heard = _Heard(Kind(feedbacks[0].kind) if feedbacks else Kind.complaint, asked=dict(asked or {}))
    for one in feedbacks:
        for key, words in one.facts.items():
            if words:
                heard.told.setdefault(key, (words, one.said_at))
    for turn in turns:
        if turn.direction == Direction.OUTBOUND:
            heard.ours(turn)
        elif turn.direction == Direction.INBOUND:
            heard.theirs(turn, files=turn.id in with_files)
    wanted = {key for one in feedbacks for key in one.missing} | heard.told.keys() | set(marks)
    return [_detail(key, heard, marks.get(key, "")) for key in DetailKey.values if key in wanted]


def _detail(key: str, heard: _Heard, marked: str) -> Detail:
    label = str(DetailKey(key).label)
    words, at = heard.told.get(key, ("", None))
    if marked in (Marked.KNOWN, Marked.UNNEEDED):
        return Detail(key, label, marked, words, at, by_hand=True)
    if key in heard.told and not marked:
        return Detail(key, label, "told", words, at)
    asked_at = heard.asked.get(key)
    spoken = bool(asked_at and heard.spoke_at and heard.spoke_at > asked_at)
    return Detail(key, label, "asked" if asked_at else "missing", "", asked_at, bool(marked), spoken)


def next_question(details: Iterable[Detail], *, case_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> Question | None:
    """What to ask now: the first detail nobody asked for yet; None when there is none."""
    key = next((one.key for one in details if one.state == "missing"), None)
    return question_for(key, case_id=case_id, feedbacks=feedbacks) if key else None


def marks_of(case: Case) -> dict[str, str]:
    """What people said of the case's details, by key."""
    return dict(DetailMark.objects.filter(case=case).values_list("key", "marked"))


@transaction.atomic
def mark(*, case: Case, key: str, marked: str, by: Membership) -> None:
    """Say that a detail is known, not needed or missing; "" takes that back. Journal: cases.detail_marked.

    When nothing is missing any more, the case's details are complete (cases.stage_changed).
    """
    if key not in DetailKey.values or marked not in {*Marked.values, ""}:
        raise Refused(_("Choose what is known of it."))
    Case.objects.select_for_update(of=("self",)).get(id=case.id)
    if marks_of(case).get(key, "") == marked:
        return
    if marked:
        values = {"workspace_id": case.workspace_id, "marked": marked, "by": by, "at": timezone.now()}
        DetailMark.objects.update_or_create(case=case, key=key, defaults=values)
    else:
        DetailMark.objects.filter(case=case, key=key).delete()
    actor = Actor("staff", by.id)
    note = Note(events.DetailMarked(subject=case.id, detail=key, marked=marked), actor=actor)
    record_all([note], workspace_id=case.workspace_id)
    settle(workspace_id=case.workspace_id, case_ids=[case.id], actor=actor, contacted=True)


def settle(
    *, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID], actor: Actor | None = None, contacted: bool = False
) -> None:
    """Let those of these cases that lack nothing any more stand at “details complete”. Journal: cases.stage_changed.

    Only cases in dialogue, and with `contacted` those the member has not answered yet. Five statements at most.
    """
    at = [Stage.LISTENING, *([Stage.CONTACTED] if contacted else [])]
    rows = Case.objects.filter(workspace_id=workspace_id, id__in=case_ids, stage__in=at)
    cases = list(rows.only("id", "workspace_id", "stage", "stage_at"))
    if not cases:
        return
    complete = complete_of(workspace_id=workspace_id, case_ids=[case.id for case in cases])
    now, notes = timezone.now(), []
    done = [case for case in cases if case.id in complete]
    for case in done:
        event = stages.reach(case, Stage.DETAILS, at=now)
        notes += [Note(event, actor=actor) if actor else Note(event)] if event else []
    Case.objects.bulk_update(done, ["stage", "stage_at"])
    record_all(notes, workspace_id=workspace_id)


def complete_of(*, workspace_id: uuid.UUID, case_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these cases that lack no detail; none without a feedback left. Four statements at most."""
    said: dict[uuid.UUID, list[Feedback]] = {one: [] for one in case_ids}
    rows = Feedback.objects.filter(workspace_id=workspace_id, case_id__in=case_ids, removed_at=None)
    for one in rows.only("case_id", "facts", "missing", "kind", "said_at").order_by("said_at", "id"):
        said[one.case_id or uuid.UUID(int=0)].append(one)
    turns: dict[uuid.UUID, list[Turn]] = {one: [] for one in case_ids}
    for turn in Turn.objects.filter(case_id__in=case_ids).exclude(direction=Direction.NOTE).order_by("at", "id"):
        turns[turn.case_id].append(turn)
    marks: dict[uuid.UUID, dict[str, str]] = {one: {} for one in case_ids}
    for case_id, key, marked in DetailMark.objects.filter(case_id__in=case_ids).values_list("case_id", "key", "marked"):
        marks[case_id][key] = marked
    files = turns_with_files([turn for some in turns.values() for turn in some])
    found = {one: details_of(said[one], turns[one], marks[one], with_files=files) for one in case_ids}
    return {one for one, details in found.items() if said[one] and not any(detail.lacking for detail in details)}


def turns_with_files(turns: Sequence[Turn]) -> set[uuid.UUID]:
    """Which of these turns of members brought files: one statement."""
    messages = {turn.message_id: turn.id for turn in turns if turn.message_id and turn.direction == Direction.INBOUND}
    if not messages:
        return set()
    kept = Attachment.objects.filter(message_id__in=list(messages), state="kept").values_list("message_id", flat=True)
    return {messages[one] for one in kept if one}
