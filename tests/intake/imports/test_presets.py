"""What people bring is known by its columns; what a team mapped once is known the next time."""

from typing import Any

import pytest
from django.utils import translation

from huixiang.intake.imports import presets, saved
from huixiang.intake.models import SavedMapping
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership

XHS = ["笔记ID", "笔记标题", "评论ID", "用户昵称", "小红书号", "评论内容", "点赞数", "IP属地", "评论时间"]
CRAWLED = ["comment_id", "create_time", "ip_location", "note_id", "content", "user_id", "nickname", "sub_comment_count"]
FILES = {
    "xiaohongshu": (XHS, {
        "text": "评论内容", "time": "评论时间", "external_id": "评论ID", "author_id": "小红书号",
        "author_name": "用户昵称", "thread": "笔记ID",
    }),
    "xiaohongshu crawled": (CRAWLED, {
        "text": "content", "time": "create_time", "external_id": "comment_id", "author_id": "user_id",
        "author_name": "nickname", "thread": "note_id",
    }),
    "douyin": (["视频ID", "抖音号", "昵称", "评论", "评论时间", "点赞"], {
        "text": "评论", "time": "评论时间", "author_id": "抖音号", "author_name": "昵称", "thread": "视频ID",
    }),
    "weibo": ([*CRAWLED, "create_date_time", "comment_like_count"], {
        "text": "content", "time": "create_date_time", "external_id": "comment_id", "author_id": "user_id",
        "author_name": "nickname", "thread": "note_id",
    }),
    "bilibili": (["bvid", "rpid", "mid", "uname", "content", "ctime", "评论时间"], {
        "text": "content", "time": "评论时间", "external_id": "rpid", "author_id": "mid", "author_name": "uname",
        "thread": "bvid",
    }),
    "google_play": (
        ["Package Name", "Review Submit Date and Time", "Review Submit Millis Since Epoch", "Star Rating",
         "Review Title", "Review Text", "Developer Reply Text", "Review Link"],
        {"text": "Review Text", "time": "Review Submit Millis Since Epoch", "external_id": "Review Link"},
    ),
    "app_store": (["评论时间", "评分", "标题", "评论内容", "作者", "版本"], {
        "text": "评论内容", "time": "评论时间", "author_name": "作者",
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_known_by_its_columns(name: str) -> None:
    columns, mapping = FILES[name]
    found, told = presets.proposed(columns, [["x"] * len(columns)])
    assert (found.key if found else "", told) == (name.split(maxsplit=1)[0], mapping)


def test_of_a_survey_the_text_is_the_answer_in_words() -> None:
    columns = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的车型", "2、还有什么想说的"]
    rows = [
        ["1", "2024/5/1 12:30:05", "80秒", "微信", "N/A", "1.1.1.1", "B7", "低温下车门把手冻住，弹不出来"],
        ["2", "2024/5/1 12:31:05", "60秒", "微信", "N/A", "1.1.1.2", "B7 长续航", ""],
    ]
    found, told = presets.proposed(columns, rows)
    assert found is not None
    assert (found.key, told) == (
        "wenjuanxing", {"text": "2、还有什么想说的", "time": "提交答卷时间", "external_id": "序号"},
    )  # fmt: skip


def test_a_table_of_ones_own_is_guessed_by_its_headings() -> None:
    assert presets.proposed(["编号", "内容", "时间"], []) == (
        None, {"text": "内容", "time": "时间", "external_id": "编号"},
    )  # fmt: skip


MINE = {"text": "说了什么", "time": "哪天", "author_name": "谁"}
COLUMNS = ["谁", "哪天", "说了什么", "门店"]


def test_a_mapping_made_once_is_known_the_next_time(operator: Membership, other_workspace: Any) -> None:
    kept = saved.save(by=operator, name=" 门店回访 ", mapping=MINE, columns=COLUMNS)
    assert (kept.name, Entry.objects.filter(name="intake.mapping_saved").count()) == ("门店回访", 1)
    space = operator.workspace_id
    assert saved.proposed(space, ["谁", "哪天", "说了什么", "备注"], []) == (str(kept.id), MINE)
    assert saved.proposed(space, ["哪天", "说了什么"], [])[0] == ""
    assert saved.proposed(other_workspace.id, COLUMNS, [])[0] == ""
    assert saved.chosen(space, str(kept.id), ["说了什么"], []) == {"text": "说了什么"}
    assert saved.chosen(other_workspace.id, str(kept.id), COLUMNS, []) is None


def test_the_teams_own_goes_before_a_preset_it_was_made_for(operator: Membership) -> None:
    mine = {"text": "笔记标题", "time": "评论时间"}
    kept = saved.save(by=operator, name="标题也要", mapping=mine, columns=XHS)
    assert saved.proposed(operator.workspace_id, XHS, []) == (str(kept.id), mine)
    assert saved.chosen(operator.workspace_id, "xiaohongshu", XHS, []) == FILES["xiaohongshu"][1]


def test_saving_under_the_same_name_replaces_and_names_are_one_each(operator: Membership) -> None:
    first = saved.save(by=operator, name="甲", mapping=MINE, columns=COLUMNS)
    again = saved.save(by=operator, name="甲", mapping={"text": "门店"}, columns=COLUMNS)
    other = saved.save(by=operator, name="乙", mapping=MINE, columns=COLUMNS)
    assert (first.id, again.mapping, SavedMapping.objects.count()) == (again.id, {"text": "门店"}, 2)
    with translation.override("en"), pytest.raises(Refused, match="already"):
        saved.rename(row=other, by=operator, name="甲")
    saved.rename(row=other, by=operator, name="丙")
    saved.remove(row=first, by=operator)
    assert [row.name for row in saved.listed(operator.workspace_id)] == ["丙"]


def test_what_cannot_be_saved_is_told(operator: Membership) -> None:
    with translation.override("en"):
        with pytest.raises(Refused, match="Give the mapping a name"):
            saved.save(by=operator, name=" ", mapping=MINE, columns=COLUMNS)
        with pytest.raises(Refused, match="no column"):
            saved.save(by=operator, name="x", mapping={"text": "没有"}, columns=COLUMNS)
