"""What is kept to recognise copies: which feedbacks say the same words, and the keys they are found by."""

from typing import ClassVar

from django.db import models

from huixiang.feedback.models import Feedback
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace


class Copy(models.Model):
    """A feedback whose words others said as well, or the same person again. Copies of one another share `group_id`.

    Feedback that nobody repeated has no row. Who said them is the feedback's member: nothing is counted here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="+")
    group_id = models.UUIDField()
    likeness = models.PositiveSmallIntegerField()  # per cent, to the one it was found by

    class Meta:
        indexes: ClassVar = [models.Index(fields=["group_id", "-id"], name="copy_group")]


class CopyKey(models.Model):
    """A key by which near-copies of a feedback are found (`engine.copies`), kept as long as copies are looked for."""

    id = models.BigAutoField(primary_key=True)
    # It stands in the one index that is asked at every feedback.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()
    said_at = models.DateTimeField()
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "key", "-said_at"], name="copykey_found_by")]
