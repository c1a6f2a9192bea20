"""Groups that were kept before a rule came hear of it as new ones do, unless somebody decided since."""

import datetime
from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from huixiang.alerts import targets
from huixiang.alerts.models import AlertTarget
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace

DAY = datetime.timedelta(days=1)


def kept(workspace: Workspace, name: str, *wants: str, age: datetime.timedelta) -> AlertTarget:
    return AlertTarget.objects.create(
        workspace=workspace, name=name, shown=name, wants=list(wants), created_at=timezone.now() - age
    )


def test_an_older_group_is_told_of_answers_that_wait(workspace: Workspace) -> None:
    rows = MigrationRecorder.Migration.objects.filter(app="alerts", name="0006_approval")
    rows.update(applied=timezone.now() - 10 * DAY)
    older = kept(workspace, "应急群", "red", "clock", age=20 * DAY)
    newer = kept(workspace, "值班群", "red", age=5 * DAY)
    decided = kept(workspace, "客服群", "red", "koc", age=20 * DAY)
    targets.change(target=decided, wants=["red"], actor=SYSTEM)
    import_module("huixiang.alerts.migrations.0008_older_groups").tick(apps, SimpleNamespace(connection=connection))
    found = {one.name: (one.wants, one.added) for one in targets.targets(workspace.id)}
    assert found == {
        "应急群": (["red", "clock", "approval"], ["approval"]), newer.name: (["red"], []), decided.name: (["red"], []),
    }  # fmt: skip
    targets.change(target=AlertTarget.objects.get(id=older.id), wants=["red", "approval"], actor=SYSTEM)
    assert AlertTarget.objects.get(id=older.id).added == []
