import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from huixiang.cli.triage_rows import BATCH

KEYS = {
    "feedback", "kind", "sentiment", "sentiment_score", "severity", "severity_scores", "escalation", "aspects",
    "facts", "missing", "emotions", "reasons", "language", "refined",
}  # fmt: skip
TEXTS = ["零下二十度，停了一夜，打不着火", "建议增加深色模式", "大家早上好", ""]


def triage(*options: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "huixiang.cli.main", "triage", *options]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)


def csv_of(texts: list[str], column: str = "text") -> str:
    return "\r\n".join(["id," + column, *(f'{place},"{text}"' for place, text in enumerate(texts))])


def lines_of(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    path.write_text(csv_of(TEXTS), encoding="utf-8-sig")
    return path


def test_one_object_a_row_in_order(file: Path) -> None:
    rows = lines_of(triage(str(file), "--text-column", "text", "--format", "jsonl"))
    assert [set(row) for row in rows] == [KEYS] * len(TEXTS)
    assert [row["kind"] for row in rows] == ["defect", "suggestion", "chatter", "chatter"]
    assert rows[0]["facts"] == {"scene": "零下二十度，停了一夜", "actual": "打不着火"}
    assert [row["language"] for row in rows] == ["zh", "zh", "zh", "other"]


def test_gb18030_and_standard_input_say_the_same(file: Path) -> None:
    expected = triage(str(file)).stdout
    assert triage("-", stdin=csv_of(TEXTS).encode("gb18030")).stdout == expected
    assert triage("-", stdin=csv_of(TEXTS).encode()).stdout == expected


def test_a_field_with_line_ends_is_one_row() -> None:
    rows = lines_of(triage("-", "--text-column", "内容", stdin=csv_of(["第一行\n第二行，屏幕黑了"], "内容").encode()))
    assert len(rows) == 1


def test_dirt_does_not_stop_it() -> None:
    dirty = b"text\n\xed\xa0\x80\xe5\x9d\x8f\xe4\xba\x86\n\x00\x00\xe5\x9d\x8f\n<script>alert(1)</script>\n"
    assert len(lines_of(triage("-", stdin=dirty))) == 3


def test_a_long_field_is_read() -> None:
    rows = lines_of(triage("-", stdin=f"text\n{'充不进电 ' * 40_000}\n".encode()))
    assert rows[0]["reasons"][-1] == "文字太长，只读了前 4000 个字"  # type: ignore[index]


def test_gate_only(file: Path) -> None:
    rows = lines_of(triage(str(file), "--only", "gate"))
    assert [set(row) for row in rows] == [{"feedback", "confidence", "language"}] * len(TEXTS)
    assert [row["feedback"] for row in rows] == [True, True, False, False]


def test_a_missing_column_is_told_with_those_there_are(file: Path) -> None:
    done = triage(str(file), "--text-column", "内容")
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "huixiang triage: There is no column “内容”. The columns are: id, text."


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    done = triage(str(tmp_path / "nothing.csv"))
    assert done.returncode == 2
    assert "nothing.csv cannot be read" in done.stderr.decode()


def test_an_empty_file_is_told() -> None:
    assert triage("-", stdin=b"").returncode == 2


def test_embeddings_have_one_unit_row_for_every_row(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors.npy"
    lines_of(triage(str(file), "--embeddings", str(out)))
    vectors = np.load(out)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "only", [["--second-look", "none"], ["--only", "gate"], ["--only", "gate", "--embeddings", "unused.npy"]]
)
def test_nothing_is_embedded_unless_asked(file: Path, only: list[str]) -> None:
    program = (
        "import sys; from huixiang.cli.main import main; "
        f"code = main(['triage', {str(file)!r}, *{only!r}]); "
        "print(code, [name for name in ('onnxruntime', 'sklearn', 'django') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=120)
    assert done.stderr.decode().strip() == "0 []"


def test_more_rows_than_a_batch_keep_their_order() -> None:
    texts = [f"第{place}号设备坏了" for place in range(BATCH + 5)]
    assert len(lines_of(triage("-", "--only", "gate", stdin=csv_of(texts).encode()))) == BATCH + 5


def test_themes_are_numbered_from_the_largest_and_named_in_their_own_words(tmp_path: Path) -> None:
    path = tmp_path / "themes.csv"
    said = ["天窗异响，找4S店", "变速箱漏油", "天窗一直异响", "变速箱漏油了", "天窗异响严重", "", "今天去钓鱼"]
    path.write_text(csv_of(said), encoding="utf-8")
    rows = lines_of(triage(str(path), "--themes"))
    assert [set(row) for row in rows] == [KEYS | {"theme", "theme_name"}] * len(said)
    assert [row["theme"] for row in rows] == [1, 2, 1, 2, 1, None, None]
    assert [("天窗" in str(row["theme_name"]), "漏油" in str(row["theme_name"])) for row in rows[:2]] == [
        (True, False),
        (False, True),
    ]
    assert (rows[5]["theme_name"], rows[6]["theme_name"]) == (None, None)


def test_themes_need_all_that_is_read() -> None:
    refused = triage("-", "--themes", "--only", "gate", stdin="text\n漏油\n".encode())
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert "--only" in refused.stderr.decode()
