"""Response standards."""

from typing import ClassVar

from django.db import models

from huixiang.feedback.models import Grade
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace


class ResponseStandard(models.Model):
    """How fast a grade wants its first answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="response_standards")
    grade = models.CharField(max_length=8, choices=Grade.choices)
    first_answer_minutes = models.PositiveIntegerField()
    around_the_clock = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "grade"], name="standard_once")]
