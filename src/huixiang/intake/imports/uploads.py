"""The end of uploaded files: they hold people's words and are kept no longer than an import needs them."""

import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from huixiang.intake.models import ImportRun, ImportState

KEPT = datetime.timedelta(days=7)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def remove_done(run: ImportRun) -> None:
    """Remove the upload of an import that is over; a file that lies elsewhere is its owner's and stays."""
    path = Path(run.path)
    if run.state in {ImportState.DONE, ImportState.UNDONE} and path.is_relative_to(_folder()):
        path.unlink(missing_ok=True)


def remove_old() -> int:
    """Remove uploads older than a week that no waiting or running import needs; returns how many."""
    going_on = ImportRun.objects.filter(state__in=[ImportState.WAITING, ImportState.RUNNING])
    needed = set(going_on.values_list("path", flat=True))
    before = (timezone.now() - KEPT).timestamp()
    files = [path for path in _folder().rglob("*") if path.is_file() and not path.is_symlink()]
    old = [path for path in files if str(path) not in needed and path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
