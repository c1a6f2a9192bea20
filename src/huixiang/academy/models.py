"""Talks that were practised, what was answered in them, and courses that were passed."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace


class AttemptState(models.TextChoices):
    """How far a talk is."""

    RUNNING = "running", pgettext_lazy("talk", "Going on")
    DONE = "done", pgettext_lazy("talk", "Finished")
    LEFT = "left", pgettext_lazy("talk", "Broken off")


class Attempt(models.Model):
    """One person's way through a scenario, in the language it was begun in. `turn`: where it stands, "" at its end."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="attempts")
    scenario = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=AttemptState.choices, default=AttemptState.RUNNING)
    turn = models.CharField(max_length=10, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)  # the mean of its answers
    ending = models.CharField(max_length=10, blank=True)
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["membership", "scenario"], condition=models.Q(state="running"), name="attempt_running_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "state", "ended_at"], name="attempt_ended")]


class Answer(models.Model):
    """One answer of an attempt, with the words it answered and how it was judged.

    `points`: see judging.Point, as a list of objects; `weak`: what was not there or should not have been, by name.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    place = models.PositiveSmallIntegerField()
    turn = models.CharField(max_length=10)
    said = models.TextField()
    text = models.TextField()
    lane = models.CharField(max_length=10)
    grade = models.CharField(max_length=10, blank=True)
    step = models.CharField(max_length=10, blank=True)
    room = models.BooleanField(default=False)
    points = models.JSONField(default=list)
    coach = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()
    reaction = models.CharField(max_length=10)
    weak = ArrayField(models.CharField(max_length=20), default=list)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["attempt", "place"], name="academy_answer_once")]
        indexes: ClassVar = [models.Index(fields=["workspace", "at"], name="academy_answer_at")]


class CoursePass(models.Model):
    """That somebody passed a course, each time they did; `score` is the mean of its scenarios."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="course_passes")
    course = models.CharField(max_length=40)
    score = models.PositiveSmallIntegerField()
    passed_at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["membership", "course", "passed_at"], name="course_pass_latest")]
