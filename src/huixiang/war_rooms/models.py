"""Rooms and what they hold. Nothing said in a room is changed afterwards: it is superseded, judged or answered."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from huixiang.cases.models import Case, Turn
from huixiang.feedback.models import Feedback, Grade
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.themes.models import Theme
from huixiang.war_rooms.states import FactState, Part, RoomState, SendingState, StatementState
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Role

IS_OPEN = models.Q(state="open")


def _who(related: str = "+", *, index: bool = False) -> "models.ForeignKey[Membership | None, Membership | None]":
    """Somebody of the team; what they said stays when they are gone."""
    return models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name=related, db_index=index
    )


class Room(models.Model):
    """One crisis: of a theme, or of a case that has none. `title` is what it was called when it was opened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, related_name="war_rooms")
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="war_rooms")
    title = models.CharField(max_length=120)
    grade = models.CharField(max_length=8, choices=Grade.choices)
    state = models.CharField(max_length=8, choices=RoomState.choices, default=RoomState.OPEN)
    joined_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="took_in")
    opened_at = models.DateTimeField(default=now)
    opened_by = _who()
    reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)  # when the last update was posted
    next_update_at = models.DateTimeField(null=True, blank=True)
    update_told_at = models.DateTimeField(null=True, blank=True)  # when it was told that the update is due
    scope: Any  # set by queries.room_by_id: what it is about (queries.Scope)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "number"], name="war_room_number"),
            models.UniqueConstraint(fields=["theme"], name="war_room_of_theme", condition=IS_OPEN),
            models.UniqueConstraint(
                fields=["case"], name="war_room_of_case", condition=IS_OPEN & models.Q(theme__isnull=True)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "opened_at"], name="war_room_open", condition=IS_OPEN),
            models.Index(fields=["workspace", "-closed_at", "-id"], name="war_room_closed"),
            models.Index(
                fields=["next_update_at"], name="war_room_due", condition=IS_OPEN & models.Q(update_told_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is about, by the name its theme has now. Fetch the theme along."""
        return self.theme.name if self.theme else self.title


class Joining(models.Model):
    """One room went into another by somebody's hand; enough is kept to part them again.

    `held`: the ids of what went along, by the name of the rows; `seats`: the part of each seat that was taken. While
    it stands, what the source is about is the target's matter too.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="joinings_out")
    target = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="joinings")
    held = models.JSONField(default=dict)
    seats = models.JSONField(default=dict)
    by = _who()
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"], name="war_room_joined_once", condition=models.Q(undone_at__isnull=True)
            )
        ]


class Red(models.Model):
    """A case that turned red: when, and who took it when. `room` is where it is dealt with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="red")
    room = models.ForeignKey(Room, on_delete=models.SET_NULL, null=True, related_name="reds")
    red_at = models.DateTimeField(default=now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = _who()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "red_at"], name="red_unacknowledged", condition=models.Q(acknowledged_at=None)
            )
        ]


class Seat(models.Model):
    """Somebody's part in a room, from when to when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="seats")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=8, choices=Part.choices)
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room", "membership"], name="seat_once", condition=models.Q(left_at=None)
            ),
            models.UniqueConstraint(
                fields=["room"], name="one_lead", condition=models.Q(left_at=None, part="lead")
            ),
        ]


class Usual(models.Model):
    """Who is called when a room opens: a person, or one of a role. Rows without either are not there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=8, choices=Part.choices)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")


class Habits(models.Model):
    """How a workspace runs its rooms: minutes until the next update, by grade."""

    workspace = models.OneToOneField(Workspace, primary_key=True, on_delete=models.CASCADE, related_name="+")
    update_minutes = models.JSONField(default=dict)
    usual_set = models.BooleanField(default=False)  # whether somebody said who is called; else the product's own


class Fact(models.Model):
    """Something the team knows, or holds possible. Its words stay; how sure it is changes, by whom and when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="facts")
    text = models.TextField()
    state = models.CharField(max_length=12, choices=FactState.choices, default=FactState.UNCONFIRMED)
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, related_name="+")
    feedback = models.ForeignKey(Feedback, on_delete=models.SET_NULL, null=True, related_name="+")
    by = _who()
    at = models.DateTimeField(default=now)
    judged_by = _who()
    judged_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)  # why it is confirmed, disproved or open again


class Question(models.Model):
    """What is not known yet, and who finds out. The answer becomes a fact."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField()
    owner = _who()
    by = _who()
    at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.ForeignKey(Fact, on_delete=models.SET_NULL, null=True, related_name="questions")


class Decision(models.Model):
    """What was decided, by whom, why. Superseded by a later one, never edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="decisions")
    text = models.TextField()
    why = models.TextField()
    by = _who()  # who decided
    written_by = _who()
    at = models.DateTimeField(default=now)
    superseded_by = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, related_name="supersedes")


class Statement(models.Model):
    """A version of the holding statement: what is said in public until more is known. A change is a new version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="statements")
    text = models.TextField()
    state = models.CharField(max_length=8, choices=StatementState.choices, default=StatementState.DRAFT)
    by = _who()
    at = models.DateTimeField(default=now)
    asked_by = _who()
    asked_at = models.DateTimeField(null=True, blank=True)
    judged_by = _who()
    judged_at = models.DateTimeField(null=True, blank=True)
    alone = models.BooleanField(default=False)  # who asked approved it: nobody else of the team may
    refusal = models.CharField(max_length=300, blank=True)
    used_by = _who()
    used_at = models.DateTimeField(null=True, blank=True)
    on_theme_at = models.DateTimeField(null=True, blank=True)  # when it was put on the theme's public page

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "at", "id"], name="statement_order")]


class Sending(models.Model):
    """One case that is answered in public with a statement."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="sendings")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=SendingState.choices, default=SendingState.WAITING)
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+")
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["statement", "case"], name="sending_once")]


class RoomNote(models.Model):
    """Words in the room; an `update` says where things stand and sets the next one's time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    update = models.BooleanField(default=False)
    late = models.BooleanField(default=False)  # an update posted after it was due
    by = _who()
    at = models.DateTimeField(default=now)
    mentioned = ArrayField(models.UUIDField(), default=list)  # memberships

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "-at", "-id"], name="war_room_note_order")]


class Mention(models.Model):
    """Somebody was named in a note; until they open the room it waits for them on the board."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(RoomNote, on_delete=models.CASCADE, related_name="mentions")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "membership"], name="mention_once")]
        indexes: ClassVar = [
            models.Index(fields=["membership"], name="mention_unseen", condition=models.Q(seen_at=None))
        ]


class Review(models.Model):
    """What closing a room needs. `figures` are counted at that time: see closing.figures."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="reviews")
    what_happened = models.TextField()
    why = models.TextField()
    met = models.BooleanField()  # whether the standard was met, as the team sees it
    met_words = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(default=dict)
    by = _who()
    at = models.DateTimeField(default=now)


class Change(models.Model):
    """What changes because of a crisis: a task with an owner and a day, shown until it is done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="changes")
    text = models.CharField(max_length=300)
    owner = _who()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = _who()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "due_on"], name="war_room_task", condition=models.Q(done_at=None))
        ]
