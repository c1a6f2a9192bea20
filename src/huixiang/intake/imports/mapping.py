"""Which column is what: guessed from its heading, checked before anything is read."""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from huixiang.intake.acceptance import is_address
from huixiang.kernel.errors import Refused

FIELDS = ("text", "time", "external_id", "author_id", "author_email", "author_name", "thread")

# In the order of how telling a heading is; the first that fits a column not yet taken wins.
WORDS: Mapping[str, Sequence[str]] = {
    "text": (
        "内容", "正文", "反馈内容", "留言", "评论内容", "评论", "反馈", "投诉内容", "诉求", "诉求内容", "描述",
        "问题描述", "消息", "content", "text", "body", "message", "comment", "feedback", "review",
        "description", "complaint",
    ),
    "time": (
        "时间", "日期", "发布时间", "创建时间", "提交时间", "发帖时间", "评论时间", "反馈时间", "投诉时间", "time",
        "date", "datetime", "timestamp", "created at", "created", "posted at", "sent at", "published",
    ),
    "external_id": (
        "编号", "单号", "工单号", "订单号", "消息编号", "流水号", "序号", "id", "external id", "message id", "post id",
        "number", "no", "ticket", "key",
    ),
    "author_id": (
        "用户编号", "用户id", "会员号", "会员编号", "手机号", "作者编号", "作者id", "user id", "author id", "member id",
        "uid", "openid", "unionid", "customer id",
    ),
    "author_email": (
        "邮箱", "电子邮箱", "邮箱地址", "邮件地址", "电邮", "用户邮箱", "联系邮箱", "email", "e mail", "mail",
        "email address", "author email", "user email",
    ),
    "author_name": (
        "昵称", "用户昵称", "用户名", "用户", "作者", "姓名", "会员", "发布者", "author", "author name", "user",
        "username", "user name", "nickname", "name", "sender", "customer",
    ),
    "thread": (
        "会话", "会话编号", "主题编号", "帖子编号", "主帖编号", "群", "群名", "thread", "thread id", "conversation",
        "conversation id", "topic id", "group",
    ),
}  # fmt: skip


def plain(heading: str) -> str:
    """A heading without what programs write differently: case, underscores, brackets, a mark before the first."""
    return " ".join(re.sub(r"[_\-.:：()（）\ufeff]+", " ", heading).lower().split())


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Field → column, as far as the headings tell. An exact heading goes before one that only contains the word."""
    found: dict[str, str] = {}
    for fits in (_is, _contains):
        for field in FIELDS:
            free = [column for column in columns if column not in found.values()]
            if field not in found and (column := _first(free, WORDS[field], fits)):
                found[field] = column
    return found


def _is(heading: str, word: str) -> bool:
    return heading == word


def _contains(heading: str, word: str) -> bool:
    """Chinese words stand inside longer headings; Latin ones only as whole words, and two signs say too little."""
    if word.isascii():
        return len(word) > 2 and word in heading.split()  # noqa: PLR2004
    return len(word) > 1 and word in heading


def _first(columns: Sequence[str], words: Sequence[str], fits: object) -> str | None:
    matches = (column for word in words for column in columns if fits(plain(column), word))  # type: ignore[operator]
    return next(matches, None)


def checked(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The mapping without its empty entries. Raises Refused naming the field or column that is wrong."""
    kept = {field: column for field, column in mapping.items() if column}
    for field in kept:
        if field not in FIELDS:
            raise Refused(
                _("There is no field “%(field)s”. The fields are: %(fields)s.")
                % {"field": field, "fields": ", ".join(FIELDS)}
            )
    for column in kept.values():
        if column not in columns:
            raise Refused(
                _("There is no column “%(column)s”. The columns are: %(columns)s.")
                % {"column": column, "columns": ", ".join(columns)}
            )
    if "text" not in kept:
        listed = {"columns": ", ".join(columns)}
        raise Refused(_("Say which column holds the text. The columns are: %(columns)s.") % listed)
    return kept


def check_addresses(mapping: Mapping[str, str], columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Look whether the column of e-mail addresses holds any in these rows; raises Refused with what it holds instead.

    A few that are none are no reason to stop: such a row comes in without its address.
    """
    column = mapping.get("author_email")
    if column not in columns:
        return
    place = columns.index(column)
    written = [row[place].strip() for row in rows if row[place].strip()]
    if written and not any(is_address(cell) for cell in written):
        raise Refused(
            _("The column “%(column)s” holds no e-mail addresses; its first row says “%(cell)s”.")
            % {"column": column, "cell": written[0][:40]}
        )
