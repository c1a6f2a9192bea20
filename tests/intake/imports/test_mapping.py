import pytest
from django.utils import translation

from huixiang.intake.imports.mapping import FIELDS, check_addresses, checked, guess
from huixiang.kernel.errors import Refused


@pytest.mark.parametrize(
    ("columns", "guessed"),
    [
        (
            ["编号", "内容", "时间", "昵称"],
            {"text": "内容", "time": "时间", "external_id": "编号", "author_name": "昵称"},
        ),
        (
            ["工单号", "投诉内容", "提交时间", "用户ID", "用户昵称", "会话"],
            {
                "text": "投诉内容",
                "time": "提交时间",
                "external_id": "工单号",
                "author_id": "用户ID",
                "author_name": "用户昵称",
                "thread": "会话",
            },
        ),
        (
            ["id", "created_at", "user_id", "User Name", "Review"],
            {
                "text": "Review",
                "time": "created_at",
                "external_id": "id",
                "author_id": "user_id",
                "author_name": "User Name",
            },
        ),
        (["车主评论内容（必填）", "发帖日期"], {"text": "车主评论内容（必填）", "time": "发帖日期"}),
        (
            ["内容", "用户邮箱", "用户昵称"],
            {"text": "内容", "author_email": "用户邮箱", "author_name": "用户昵称"},
        ),
        (["text", "E-mail", "name"], {"text": "text", "author_email": "E-mail", "author_name": "name"}),
        (["a", "b"], {}),
        ([], {}),
    ],
)
def test_headings_are_understood(columns: list[str], guessed: dict[str, str]) -> None:
    assert guess(columns) == guessed


def test_empty_choices_are_left_out() -> None:
    assert checked({"text": "内容", "time": ""}, ["内容", "时间"]) == {"text": "内容"}


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"text": "正文"}, "There is no column “正文”. The columns are: 内容, 时间."),
        ({"time": "时间"}, "Say which column holds the text. The columns are: 内容, 时间."),
        (
            {"text": "内容", "mood": "时间"},
            f"There is no field “mood”. The fields are: {', '.join(FIELDS)}.",
        ),
    ],
)
def test_a_wrong_mapping_is_refused_listing_what_there_is(mapping: dict[str, str], sentence: str) -> None:
    with translation.override("en"), pytest.raises(Refused) as refused:
        checked(mapping, ["内容", "时间"])
    assert str(refused.value) == sentence


def test_a_column_without_any_address_is_no_column_of_addresses() -> None:
    mapping, columns = {"text": "内容", "author_email": "邮箱"}, ["内容", "邮箱"]
    with translation.override("en"), pytest.raises(Refused) as refused:
        check_addresses(mapping, columns, [["好", ""], ["好", " 漠河 "], ["好", "江南"]])
    assert refused.value.sentence == "The column “邮箱” holds no e-mail addresses; its first row says “漠河”."
    check_addresses(mapping, columns, [["好", "漠河"], ["好", "mohe@example.com"]])
    check_addresses(mapping, columns, [["好", ""]])
    check_addresses({"text": "内容"}, columns, [["好", "漠河"]])
