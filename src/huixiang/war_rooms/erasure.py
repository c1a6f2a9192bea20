"""What rooms took from a person's words: quotes and names in what the team wrote about their theme or case."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Words
from huixiang.members.scrubbing import scrub
from huixiang.members.traces import Person, Trace
from huixiang.war_rooms.models import Decision, Fact, Question, Review, Room, RoomNote, Statement


def _rooms(who: Person) -> QuerySet[Room]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    theirs = Case.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    about = Q(theme_id__in=said.values("theme_id")) | Q(case__in=theirs)
    return Room.objects.filter(about, workspace_id=who.workspace_id)


def _within(model: type[Model]) -> Any:
    manager = model._default_manager  # noqa: SLF001 - Django's public name for it
    return lambda who: manager.filter(
        Q(room__in=_rooms(who).values("id")) | Q(room__in=_rooms(who).values("joined_into_id")),
        workspace_id=who.workspace_id,
    )


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_rooms(who).values("id"))


def _trace(key: str, model: type[Model], *fields: str, at: str = "at") -> Trace:
    blanks = {name: scrub(name, at) for name in fields}
    return Trace(key, model, _within(model), reads=(at,), blanks=blanks)


TRACES = [
    Trace(
        "war_rooms", Room, _rooms, reads=("opened_at",),
        blanks={"title": scrub("title", "opened_at", title=True), "reason": scrub("reason", "opened_at")},
    ),
    _trace("war_room_facts", Fact, "text", "why"),
    _trace("war_room_questions", Question, "text"),
    _trace("war_room_decisions", Decision, "text", "why"),
    _trace("war_room_statements", Statement, "text", "refusal"),
    _trace("war_room_notes", RoomNote, "text"),
    _trace("war_room_reviews", Review, "what_happened", "why", "met_words"),
    Trace("war_room_words", Words, _words, drop="now"),
]  # fmt: skip
"""Rows are found by theme and case, never by whom a text names, so that they are found again when it is blanked.
What is to change after a review (`Change`) speaks of the product, not of people."""
