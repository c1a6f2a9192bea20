"""Many rows, every tenth broken: all others come in, each broken one is told with its row and its reason.

The run has 4,000 rows; HUIXIANG_HOSTILE_ROWS=100000 makes it as many as one likes, which is slow.
"""

import csv
import io
import os
from pathlib import Path

from huixiang.cli.main import main
from huixiang.intake.models import ImportRefusal, ImportRun, Message
from huixiang.workspaces.models import Workspace

ROWS = int(os.environ.get("HUIXIANG_HOSTILE_ROWS", "4000"))
BROKEN = ("", "a\x00b", "\udcff", "字" * 20_001, '"open')  # what every tenth row is in turn, beside wrong times
TIMES = ("2026-02-31 10:00", "9999-12-31 00:00", "0001-01-01")


def line(number: int) -> str:
    if number % 10:
        return f"第 {number} 条：车机黑屏,{number},2026-11-01 08:00\n"
    turn = number // 10 % (len(BROKEN) + len(TIMES))
    if turn < len(BROKEN):
        return f"{BROKEN[turn]},{number},2026-11-01 08:00\n"
    return f"第 {number} 条：车机黑屏,{number},{TIMES[turn - len(BROKEN)]}\n"


def test_every_good_row_comes_in_and_every_broken_one_is_told(
    workspace: Workspace, tmp_path: Path, capsys: object
) -> None:
    path, report = tmp_path / "rows.csv", tmp_path / "refused.csv"
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write("text,id,time\n")
        file.writelines(line(number) for number in range(1, ROWS + 1))
    words = ["--workspace", workspace.slug, "--channel", "files", "--map", "text=text,external_id=id,time=time"]
    assert main(["import", str(path), *words, "--report", str(report)]) == 0
    run = ImportRun.objects.get()
    told = (run.state, run.read, run.stored, run.duplicate, run.refused)
    assert told == ("done", ROWS, ROWS - ROWS // 10, 0, ROWS // 10)
    assert Message.objects.count() == ROWS - ROWS // 10
    wanted = [number + 1 for number in range(10, ROWS + 1, 10)]
    assert list(ImportRefusal.objects.order_by("row").values_list("row", flat=True)) == wanted
    shown = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert ([int(row["row"]) for row in shown], all(row["reason"] for row in shown)) == (wanted, True)
    assert main(["import", str(path), *words]) == 0  # again: nothing twice
    assert Message.objects.count() == ROWS - ROWS // 10
