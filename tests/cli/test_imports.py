import csv
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from huixiang.feedback.models import Feedback
from huixiang.intake.models import ImportRun, Message
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.cli.conftest import Said
from tests.intake.archives import chats

Run = Callable[..., Said]
File = Callable[..., Path]
MAP = "text=内容,time=时间,external_id=编号"


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def figures(out: str) -> dict[str, str]:
    return {line.split()[0]: line.split()[1] for line in out.splitlines()[:4]}


def test_a_file_comes_in_and_the_summary_says_what_became_of_it(
    said: Run, workspace: Workspace, rows: File, tmp_path: Path
) -> None:
    path = rows("编号,内容,时间\n1,打不着火,2026-11-20\n2,,2026-11-20\n1,又一次,2026-11-20\n3,=1+1,gestern\n")
    report = tmp_path / "refused.csv"
    words = ["import", path, "--workspace", workspace.slug, "--channel", "forum", "--map", MAP, "--report", report]
    status, out, _err = said(*words)
    assert (status, figures(out)) == (0, {"Rows": "4", "Stored": "1", "Duplicate": "1", "Refused": "2"})
    assert out.splitlines()[6:] == [
        "Refused rows:",
        "  row 3: The text is empty.  '2 |  | 2026-11-20'",
        "  row 5: The time “gestern” cannot be read; write it like 2026-11-21 08:05.  '3 | =1+1 | gestern'",
        f"Report     {report}",
    ]
    with report.open(encoding="utf-8-sig", newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["3", "5"]
    account = workspace.channel_accounts.get(slug="forum")
    assert (account.kind, account.messages.count()) == ("import", 1)
    assert figures(said(*words)[1]) == {"Rows": "4", "Stored": "0", "Duplicate": "2", "Refused": "2"}


def test_columns_are_guessed_when_nothing_is_said(said: Run, workspace: Workspace, rows: File) -> None:
    words = ["import", rows("编号,内容\n1,打不着火\n"), "--workspace", workspace.slug, "--channel", "forum"]
    status, _out, err = said(*words)
    assert (status, err) == (0, "Columns guessed: text=内容,external_id=编号\n")


def test_a_chat_comes_in_as_the_page_takes_it(said: Run, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "车友群.txt"
    path.write_text(chats.WECHAT, encoding="utf-8")
    words = ["import", path, "--workspace", workspace.slug, "--channel", "wechat-group", "--group", "一群"]
    status, out, err = said(*words)
    assert (status, figures(out)) == (0, {"Rows": "5", "Stored": "2", "Duplicate": "0", "Refused": "0"})
    assert ("Left out            3" in out, "group “一群”" in err) == (True, True)
    assert figures(said(*words)[1])["Duplicate"] == "2"
    assert set(Message.objects.values_list("thread", flat=True)) == {"一群"}


def test_an_export_is_named_or_recognised(said: Run, workspace: Workspace, rows: File) -> None:
    path = rows("抖音号,昵称,评论,评论时间\nd1,漠河,打不着火,2026-11-20\n")
    words = ["import", path, "--workspace", workspace.slug, "--channel", "forum"]
    assert said(*words)[2].startswith("Recognised: douyin\nColumns guessed: text=评论,")
    assert said(*words, "--as", "douyin")[0] == 0
    status, _out, err = said(*words, "--as", "nothing")
    assert status == 2
    assert "There is no export or mapping “nothing”. Known are: weibo, xiaohongshu, douyin" in err


def test_process_reads_the_messages_and_counts_what_they_became(said: Run, workspace: Workspace, rows: File) -> None:
    texts = [factories.COLD_START, factories.CHATTER, factories.BLACK_SCREEN]
    path = rows("内容\n" + "\n".join(texts) + "\n")
    words = ["import", path, "--workspace", workspace.slug, "--channel", "forum", "--process"]
    status, out, _err = said(*words)
    assert status == 0
    states = Counter(Message.objects.values_list("state", flat=True))
    feedback = Feedback.objects.count()
    themes = {found.theme_id for found in Feedback.objects.all()}
    assert "In the channel “forum”, all imports together:" in out
    assert f"  messages  {', '.join(f'{state} {number}' for state, number in sorted(states.items()))}" in out
    assert f"  feedback  {feedback}\n  cases     {feedback}\n  themes    {len(themes)}\n" in out
    assert feedback == 2


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--workspace", "nowhere"], 2, "there is no workspace “nowhere”. Known are: known."),
        (["--map", "text=正文"], 2, "There is no column “正文”. The columns are: 编号, 内容."),
        (["--map", "time=内容"], 2, "Say which column holds the text. The columns are: 编号, 内容."),
        (["--channel", "owners-app"], 2, "“owners-app” is not a channel for imported files."),
        (["--channel", "a b"], 2, "“a b” cannot be a channel's slug: letters, digits, - and _ only."),
        (["--channel", "x" * 61], 2, "a channel's slug has at most 60 characters."),
    ],
)
def test_wrong_use_is_told_in_words(said: Run, rows: File, words: list[str], status: int, sentence: str) -> None:
    factories.workspace("known")
    asked = ["import", rows("编号,内容\n1,a\n"), "--workspace", "known", "--channel", "forum", "--map", "text=内容"]
    assert said(*asked, *words) == (status, "", f"huixiang import: {sentence}\n")
    assert ImportRun.objects.count() == 0


def test_a_mapping_that_is_none_is_told_the_fields(said: Run, rows: File) -> None:
    status, _out, err = said("import", rows("a\n"), "--workspace", "w", "--channel", "c", "--map", "内容")
    assert status == 2
    assert err.rstrip().endswith(
        "“内容” is not FIELD=COLUMN with a field of "
        "text, time, external_id, author_id, author_email, author_name, thread"
    )


def test_what_cannot_be_read_at_all_is_1(said: Run, workspace: Workspace, rows: File, tmp_path: Path) -> None:
    asked = ["--workspace", workspace.slug, "--channel", "forum"]
    gone = tmp_path / "gone.csv"
    assert said("import", gone, *asked) == (1, "", f"huixiang import: there is no file {gone}.\n")
    empty = "huixiang import: The file is empty; a first line with column names is needed.\n"
    assert said("import", rows(""), *asked) == (1, "", empty)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_and_run_again_every_row_is_there_once(
    process: Callable[..., subprocess.Popen[str]], rows: File
) -> None:
    workspace = factories.workspace()
    path = rows("内容\n" + "同一句话\n" * 10_000 + "".join(f"第{number}条\n" for number in range(10_000)))
    words = ["import", path, "--workspace", workspace.slug, "--channel", "forum"]
    first = process(*words)
    until = time.monotonic() + 60
    while not 0 < Message.objects.count() < 20_000 and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    stored = Message.objects.count()
    assert 0 < stored < 20_000
    out, err = process(*words).communicate(timeout=120)
    fresh = f"{20_000 - stored:,}"
    assert figures(out) == {"Rows": "20,000", "Stored": fresh, "Duplicate": f"{stored:,}", "Refused": "0"}, err
    assert Counter(Message.objects.values_list("text", flat=True))["同一句话"] == 10_000
    assert Message.objects.count() == 20_000
    assert sorted(ImportRun.objects.values_list("state", flat=True)) == ["done", "failed"]
