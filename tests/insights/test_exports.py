import datetime
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.insights.exports import actions
from huixiang.insights.models import Export
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes.models import Theme
from huixiang.themes.verbatims import Filters
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories.jobs import run_waiting, waiting

PHONE = "13812345678"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def theme(app_channel: ChannelAccount) -> Theme:
    said = factories.feedback(app_channel, f"{factories.COLD_START}，电话 {PHONE}")
    return Theme.objects.get(id=said.theme_id)


def asked(by: Membership, theme: Theme, file_format: str = "xlsx", **options: Any) -> Export:
    with translation.override(options.pop("language", "zh-hans")):
        return actions.ask(
            by=by, theme_ids=[theme.id], filters=options.pop("filters", Filters()), words=[("主题", theme.name)],
            file_format=file_format, **options,
        )  # fmt: skip


def written(export: Export) -> str:
    return Path(actions.write(export_id=export.id).path).read_text(encoding="utf-8")


def test_a_sheet_says_what_it_is_and_holds_what_was_said_masked(operator: Membership, theme: Theme) -> None:
    export = asked(operator, theme)
    book = CalamineWorkbook.from_path(actions.write(export_id=export.id).path)
    about = dict(book.get_sheet_by_name("说明").to_python())
    assert {key: about[key] for key in ("主题", "原声", "个人信息", "导出人")} == {
        "主题": theme.name, "原声": "1", "个人信息": "已脱敏", "导出人": "知夏",
    }  # fmt: skip
    headings, row = book.get_sheet_by_name("原声").to_python()
    shown = dict(zip(headings, row, strict=True))
    assert (shown["主题"], shown["渠道"]) == (theme.name, "车主 App")
    assert "138****5678" in str(shown["原声"])
    entry = Entry.objects.get(name="insights.verbatims_exported")
    assert entry.data == {
        "feedbacks": 1, "themes": 1, "theme_id": str(theme.id), "unmasked": False, "format": "xlsx",
    }  # fmt: skip
    assert (entry.actor_kind, entry.actor_id) == ("staff", operator.id)


def test_unmasked_only_for_who_may_and_in_the_journal(
    operator: Membership, analyst: Membership, theme: Theme
) -> None:
    with pytest.raises(Refused):
        asked(analyst, theme, "csv", unmasked=True)
    assert PHONE in written(asked(operator, theme, "csv", unmasked=True))
    assert [entry.data["unmasked"] for entry in Entry.objects.filter(name="insights.verbatims_exported")] == [True]


def test_it_is_written_in_the_language_it_was_asked_for(operator: Membership, theme: Theme) -> None:
    assert written(asked(operator, theme, "csv", language="en")).startswith("\ufeffTheme,In their words,Kind,")


def test_no_words_of_a_member_become_a_formula(operator: Membership, theme: Theme) -> None:
    Feedback.objects.update(text='=HYPERLINK("http://example.com")')
    assert "'=HYPERLINK" in written(asked(operator, theme, "csv"))


def test_filters_narrow_the_file(operator: Membership, theme: Theme, app_channel: ChannelAccount) -> None:
    fitting = Filters(account_id=app_channel.id, kind="defect", since=timezone.localdate() - datetime.timedelta(days=2))
    assert written(asked(operator, theme, "csv", filters=fitting)).count("\n") == 2
    for filters in (Filters(kind="praise"), Filters(account_id=uuid.uuid4())):
        with pytest.raises(Refused):
            asked(operator, theme, filters=filters)
    with pytest.raises(Refused):
        asked(operator, theme, "exe")


def test_a_long_one_is_written_by_a_job(
    operator: Membership, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE_UP_TO", 0)
    export = asked(operator, theme, "csv")
    assert ("insights.write_export" in waiting(), export.state) == (True, "waiting")
    run_waiting()
    done = Export.objects.get(id=export.id)
    assert (done.state, done.written, done.total, Path(done.path).exists()) == ("done", 1, 1, True)
    assert Path(done.path).stat().st_mode & 0o777 == 0o600
    assert actions.write(export_id=export.id).path == done.path  # once more changes nothing


def test_a_full_disk_is_told(operator: Membership, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, "write_csv", full)
    export = asked(operator, theme, "csv")
    with pytest.raises(OSError, match="No space"):
        actions.write(export_id=export.id)
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", "No space left on device")


def test_files_go_after_some_days_and_only_who_asked_finds_them(
    operator: Membership, owner: Membership, theme: Theme, django_capture_on_commit_callbacks: Any
) -> None:
    export = actions.write(export_id=asked(operator, theme, "csv").id)
    assert actions.of_person(by=operator, export_id=export.id) == export
    assert actions.of_person(by=owner, export_id=export.id) is None
    assert actions.forget_old() == 0
    Export.objects.update(created_at=timezone.now() - actions.KEPT - datetime.timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert (actions.forget_old(), actions.forget_old()) == (1, 0)
    gone = Export.objects.get()
    assert (gone.state, gone.path, gone.words, Path(export.path).exists()) == ("gone", "", [], False)


def test_whatever_stops_the_writing_leaves_no_file(
    operator: Membership, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def broken(path: Path, *_arguments: object) -> None:
        path.write_text(PHONE)
        seen.append(Export.objects.get().path == str(path))
        raise ValueError("a cell too long")

    monkeypatch.setattr(actions, "write_csv", broken)
    export = asked(operator, theme, "csv", unmasked=True)
    with pytest.raises(ValueError, match="too long"):
        actions.write(export_id=export.id)
    export.refresh_from_db()
    assert (seen, export.state, export.path) == ([True], "failed", "")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_file_no_export_knows_of_is_swept_up(operator: Membership, theme: Theme, tmp_path: Path) -> None:
    kept = Path(actions.write(export_id=asked(operator, theme, "csv").id).path)
    stray, fresh = kept.with_name("stray.csv"), kept.with_name("fresh.csv")
    old = (timezone.now() - actions.LOST_AFTER - datetime.timedelta(minutes=1)).timestamp()
    for path in (stray, fresh):
        path.write_text(PHONE)
    for path in (stray, kept):
        os.utime(path, (old, old))
    actions.forget_old()
    assert sorted(one.name for one in kept.parent.iterdir()) == sorted([kept.name, "fresh.csv"])


def test_a_file_taken_back_while_it_is_written_does_not_stay(
    operator: Membership, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(path: Path, *_arguments: object) -> None:
        path.write_text(PHONE)
        Export.objects.update(state="gone", path="")

    monkeypatch.setattr(actions, "write_csv", slow)
    done = actions.write(export_id=asked(operator, theme, "csv").id)
    assert (done.state, done.path, [one for one in tmp_path.rglob("*") if one.is_file()]) == ("gone", "", [])
