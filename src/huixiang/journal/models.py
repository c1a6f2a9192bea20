"""Entries, the words beside them, and the chain. The workspace stands as a plain id: it is above this package."""

from typing import ClassVar

from django.db import models

from huixiang.kernel.clock import now


class Entry(models.Model):
    """One event as it happened. A trigger refuses every UPDATE and DELETE."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.UUIDField()
    at = models.DateTimeField(default=now)
    month = models.DateField()  # for partitions, later
    name = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    data = models.JSONField(default=dict)
    words_digest = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace_id", "subject_id", "id"], name="entry_subject"),
            models.Index(fields=["workspace_id", "-id"], name="entry_latest"),
            models.Index(  # few among many: the page that lists them would else read the whole journal
                fields=["workspace_id", "-id"],
                name="entry_crossed",
                condition=models.Q(name="cases.red_line_crossed"),
            ),
        ]


class Words(models.Model):
    """Free text of an entry (a reason). It stands beside the chain, which holds only its salted digest."""

    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, primary_key=True, related_name="words")
    workspace_id = models.UUIDField()
    text = models.TextField()
    salt = models.BinaryField()


class Seal(models.Model):
    """An entry's place in its workspace's hash chain."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.UUIDField()
    number = models.BigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, related_name="seal")
    previous = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_id", "number"], name="seal_number")
        ]


class Unsealed(models.Model):
    """Entries waiting for the sealer; a trigger fills it, so nothing can be written past it."""

    entry = models.OneToOneField(
        Entry, on_delete=models.DO_NOTHING, primary_key=True, related_name="unsealed"
    )
    workspace_id = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace_id", "entry"], name="unsealed_order")]
