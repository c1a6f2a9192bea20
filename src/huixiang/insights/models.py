"""Files people asked for; the board's rows; the ways of critics."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from huixiang.insights.conversion.models import CriticStale, CriticWay
from huixiang.kernel.clock import now
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Membership, Workspace

__all__ = ["BoardRow", "BoardStale", "CriticStale", "CriticWay", "Export", "ExportState", "Format"]


class ExportState(models.TextChoices):
    """How far an export is."""

    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Stopped")
    GONE = "gone", _("Deleted again")


class Format(models.TextChoices):
    """What the file is."""

    XLSX = "xlsx", _("XLSX (Excel, WPS)")
    CSV = "csv", _("CSV")


class Export(models.Model):
    """One file of verbatims on its way out. Only who asked for it may fetch it, and only for some days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=8, choices=Format.choices)
    language = models.CharField(max_length=12)
    unmasked = models.BooleanField(default=False)
    themes = models.JSONField()  # the themes' ids, as text
    filters = models.JSONField(default=dict)  # of verbatims.Filters, as text
    words = models.JSONField(default=list)  # the same in words: pairs of what and value
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    error = models.CharField(max_length=300, blank=True)
    total = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="export_latest")]


class BoardRow(models.Model):
    """One matter as the board orders and counts it (see board.py); its words are read where they belong."""

    key = models.UUIDField(primary_key=True)  # the theme's id, or the feedback's without one
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    feedback_id = models.UUIDField(null=True)
    theme_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    voices = models.PositiveIntegerField()
    whole = models.BooleanField()
    people = models.PositiveIntegerField()
    status = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-people", "-key"], name="board_hot"),
            models.Index(fields=["workspace", "-at", "-key"], name="board_new"),
            models.Index(fields=["workspace", "status", "-people", "-key"], name="board_status_hot"),
            models.Index(fields=["workspace", "status", "-at", "-key"], name="board_status_new"),
        ]


class BoardStale(models.Model):
    """A matter that changed since its row was made; written by triggers, so that no way of changing is forgotten."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "id"], name="board_stale")]
