"""A chat on its way in: once, however exports overlap, with what was left out and refused counted."""

import datetime
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from huixiang.channels.models import ChannelAccount, Conversation
from huixiang.intake.archives import opening
from huixiang.intake.archives.speaking import Speaker
from huixiang.intake.imports import actions
from huixiang.intake.models import ImportRefusal, ImportRun, Message
from huixiang.kernel.errors import Refused
from tests.intake.archives import chats
from tests.intake.imports.conftest import files

__all__ = ["files"]
Brought = Callable[..., ImportRun]


@pytest.fixture
def brought(files: ChannelAccount, tmp_path: Path) -> Brought:
    def build(text: str, name: str = "北辰车友一群.txt", **settings: str) -> ImportRun:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        run = actions.note(
            workspace=files.workspace, account=files, stored=path, file_name=name, mapping=settings, by=None, chat=True
        )
        return actions.run(run.id)

    return build


def numbers(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.total, run.stored, run.duplicate, run.refused, run.left_out


def test_a_group_comes_in_with_people_times_and_place(brought: Brought) -> None:
    run = brought(chats.QQ)
    assert (run.archive, run.mapping, numbers(run)) == ("before", {"group": "北辰车友一群"}, (4, 2, 0, 0, 2))
    first, second = Message.objects.order_by("sent_at")
    assert (first.author_id, first.author_name, first.thread, first.private) == (
        "10086001", "漠河守夜人", "北辰车友一群", False,
    )  # fmt: skip
    assert first.sent_at.isoformat() == "2024-05-01T14:10:05+00:00"  # the workspace's clock is Shanghai's
    assert second.text == "我的也是，版本 3.4.1"
    assert Conversation.objects.get(external_id="北辰车友一群").group == "北辰车友一群"


def test_exports_that_overlap_store_nothing_twice(brought: Brought) -> None:
    twice = "甲 2024-05-01 22:10:05\n收到\n\n甲 2024-05-01 22:10:05\n收到\n\n乙 2024-05-01 22:10:05\n收到\n\n"
    assert numbers(brought(twice)) == (3, 3, 0, 0, 0)
    later = twice + "丙 2024-05-02 08:00:00\n新的一条\n\n"
    assert numbers(brought(later, name="第二次导出.txt", group="北辰车友一群")) == (4, 1, 3, 0, 0)
    assert numbers(brought(twice, group="另一个群"))[1] == 3  # who is called the same elsewhere is somebody else
    assert Message.objects.values("author_id").distinct().count() == 5


def test_answers_keep_what_they_answer(brought: Brought) -> None:
    brought(chats.TELEGRAM, name="result.json")
    first, second = Message.objects.order_by("sent_at")
    assert (second.reply_to, first.author_id) == (first.external_id, "user11")


def test_what_is_wrong_is_reported_with_its_line_and_the_rest_is_there(brought: Brought) -> None:
    with translation.override("en"):
        run = brought(chats.WECHAT + "\n乙 2099-05-01 10:00:00\n明年\n\n乙 2024-02-30 10:00:00\n没这天 13812345678\n")
    told = list(ImportRefusal.objects.order_by("row").values_list("row", "reason", "excerpt"))
    assert told == [
        (16, "The time lies in the future.", "乙 | 明年"),
        (19, "The time “2024-02-30 10:00:00” does not exist.", "乙 | 没这天 138****5678"),
    ]
    assert (run.stored, run.refused, run.left_out) == (2, 2, 3)


@pytest.mark.parametrize(
    ("text", "told", "sentence"),
    [
        ("没有时间\n", {}, "No chat was recognised"),
        (chats.FEISHU, {"year": "24"}, "Give the year as four digits"),
        ("甲 2024-05-01 22:10:05\n[图片]\n\n乙 2024-05-01 22:10:06\n[语音]\n", {}, "There is no message in this file."),
    ],
)
def test_what_cannot_be_begun_is_told(brought: Brought, text: str, told: dict[str, str], sentence: str) -> None:
    with translation.override("en"), pytest.raises(Refused, match=sentence):
        brought(text, **told)


def test_the_year_found_today_stays_with_the_run(brought: Brought) -> None:
    run = brought("甲 5月1日 22:10\n黑屏\n乙 5月1日 22:11\n也黑屏\n")
    assert run.mapping["year"] == str(Message.objects.earliest("sent_at").sent_at.year)


def test_a_large_chat_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "大群.txt"
    begin = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    with path.open("w", encoding="utf-8") as file:
        for place in range(60_000):
            at = begin + datetime.timedelta(seconds=place * 7)
            file.write(f"车友{place % 500} {at:%Y-%m-%d %H:%M:%S}\n第 {place} 句话，方向盘抖动\n\n")
    archive = opening.recognised(path, path.name)
    assert archive is not None
    speaker = Speaker({"group": "大群"}, "Asia/Shanghai")
    tracemalloc.start()
    assert opening.look(archive, {}).people == 500
    looked = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert looked < 4_000_000
    assert sum(speaker.message(one) is not None for one in opening.said_in(archive, {})) == 60_000
    assert len(speaker._seen) == 50_000
