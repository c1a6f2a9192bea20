"""The exports people bring: which program or platform a table comes from, told by its columns.

Where a platform has no open interface for what is said there, its export is the only way. Column names as seen in
exports of 2024 and 2025; a program that names them otherwise is mapped by hand, once, and saved under a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huixiang.intake.imports.mapping import FIELDS, guess, plain

LONG_ENOUGH: Final = 6  # signs of an answer in words, on the average

WRITTEN: Final = ("评论内容", "评论正文", "评论", "content", "comment", "text", "内容", "回复内容")
WHEN: Final = ("评论时间", "评论发布时间", "发布时间", "create time", "created at", "时间", "评论日期")
NUMBER: Final = ("评论id", "评论编号", "comment id", "cid", "rpid", "评论 id")
WHO: Final = ("用户昵称", "评论者昵称", "评论用户", "昵称", "用户名", "评论者", "用户名称", "nickname", "user name")
WHOSE: Final = ("用户id", "评论者id", "用户主页id", "user id", "uid", "用户 id")
COMMENT: Final[Mapping[str, Sequence[str]]] = {
    "text": WRITTEN, "time": WHEN, "external_id": NUMBER, "author_name": WHO, "author_id": WHOSE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of export. `signs`: columns that only it has, one of each group; `fields`: headings in order."""

    key: str
    label: Promise
    signs: Sequence[Sequence[str]]
    fields: Mapping[str, Sequence[str]]
    survey: bool = False  # the text is an answer in words, under a heading nobody can know

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a file with these columns is such an export."""
        known = {plain(column) for column in columns}
        return all(known.intersection(group) for group in self.signs)

    def mapping(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
        """Field → column, as far as this file has them; of a survey the text is the answer with the most words."""
        by_plain = {plain(column): column for column in reversed(columns)}
        found: dict[str, str] = {}
        for field in FIELDS:
            names = (by_plain[name] for name in self.fields.get(field, ()) if name in by_plain)
            column = next((one for one in names if one not in found.values()), "")
            if column:
                found[field] = column
        if self.survey and "text" not in found:
            found |= _answer(columns, rows, set(found.values()))
        return found


def _answer(columns: Sequence[str], rows: Sequence[Sequence[str]], taken: set[str]) -> dict[str, str]:
    lengths = {
        column: sum(len(row[place]) for row in rows) / max(sum(bool(row[place].strip()) for row in rows), 1)
        for place, column in enumerate(columns)
        if column not in taken
    }
    longest = max(lengths, key=lambda column: lengths[column], default="")
    return {"text": longest} if longest and lengths[longest] >= LONG_ENOUGH else {}


PRESETS: Final = (
    Preset(
        "weibo", _("Weibo comments"),
        [("微博id", "微博链接", "微博mid", "微博正文", "微博 id", "comment like count"), WRITTEN, (*NUMBER, *WHO)],
        {
            **COMMENT, "time": ("create date time", *WHEN), "author_name": ("微博昵称", *WHO),
            "thread": ("微博id", "微博mid", "微博链接", "note id", "微博 id"),
        },
    ),
    Preset(
        "xiaohongshu", _("Xiaohongshu comments"),
        [("笔记id", "笔记链接", "笔记标题", "note id", "note url", "笔记 id"), WRITTEN, (*NUMBER, *WHO)],
        {
            **COMMENT, "author_id": ("小红书号", *WHOSE),
            "thread": ("笔记id", "note id", "笔记 id", "笔记链接", "note url"),
        },
    ),
    Preset(
        "douyin", _("Douyin comments"),
        [("aweme id", "抖音号", "作品id", "作品链接", "sec uid", "抖音 id"), WRITTEN, (*NUMBER, *WHO)],
        {
            **COMMENT, "author_id": ("抖音号", "用户id", "user id", "uid", "sec uid"),
            "thread": ("aweme id", "视频id", "作品id", "视频链接", "作品链接"),
        },
    ),
    Preset(
        "bilibili", _("Bilibili comments"),
        [("bv号", "bvid", "视频bv号", "av号", "aid", "oid", "rpid", "video id"), WRITTEN, (*NUMBER, *WHO)],
        {
            **COMMENT, "author_name": ("up主昵称", "uname", *WHO), "author_id": ("用户uid", "mid", *WHOSE),
            "thread": ("bv号", "bvid", "视频bv号", "video id", "aid", "av号", "oid"),
        },
    ),
    Preset(
        "google_play", _("Google Play reviews"),
        [("review text",), ("review submit date and time", "review submit millis since epoch")],
        {
            "text": ("review text",), "external_id": ("review link",),
            "time": ("review submit millis since epoch", "review submit date and time"),
        },
    ),
    Preset(
        "app_store", _("App store reviews"),
        [
            ("评论标题", "评价标题", "review title", "title", "标题"),
            ("评分", "星级", "评级", "rating", "star rating", "stars"),
        ],
        {
            "text": ("评论内容", "评价内容", "review", "review text", "body", "content", "内容"),
            "time": ("评论时间", "发表时间", "评价时间", "date", "updated", "时间", "日期"),
            "external_id": ("评论id", "review id", "id"),
            "author_name": ("作者", "用户昵称", "昵称", "评论者", "author", "user name", "nickname"),
        },
    ),
    Preset(
        "wenjuanxing", _("Wenjuanxing survey"), [("提交答卷时间",), ("所用时间", "来源详情", "来自ip")],
        {"time": ("提交答卷时间",), "external_id": ("序号",)}, survey=True,
    ),
    Preset(
        "tencent_survey", _("Tencent survey"), [("开始答题时间",), ("结束答题时间",)],
        {"time": ("结束答题时间",), "external_id": ("编号",), "author_name": ("微信昵称", "qq昵称")}, survey=True,
    ),
)  # fmt: skip


def preset(key: str) -> Preset | None:
    """The preset of this name."""
    return next((one for one in PRESETS if one.key == key), None)


def recognised(columns: Sequence[str]) -> Preset | None:
    """The export a file with these columns is; None for a table of somebody's own."""
    return next((one for one in PRESETS if one.fits(columns)), None)


def proposed(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Preset | None, dict[str, str]]:
    """Which export it is, and which column is what: by the preset, else by the headings."""
    found = recognised(columns)
    if found is None:
        return None, guess(columns)
    mapping = found.mapping(columns, rows)
    return (found, mapping) if "text" in mapping else (None, guess(columns))
