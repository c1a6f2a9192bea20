"""Chats and known exports on their way in from the page; mappings the team saves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huixiang.intake.imports.actions import run
from huixiang.intake.imports.saved import save
from huixiang.intake.models import ImportRun, Message, SavedMapping
from huixiang.workspaces.models import Membership, Workspace
from tests.intake.archives import chats

At = Callable[..., str]
QUERIES = {"import": 7, "mapping": 7}
HTMX = {"HX-Request": "true"}
XHS = "笔记ID,评论ID,用户昵称,评论内容,评论时间\nn1,c1,漠河,方向盘一直抖,2026-11-20 08:00\n"
OWN = "谁,哪天,说了什么\n漠河,2026-11-20,充电口打不开\n"
MINE = {"text": "说了什么", "time": "哪天", "author_name": "谁"}


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def uploaded(at: At, client: Client, text: str, name: str, **more: str) -> str:
    file = SimpleUploadedFile(name, text.encode())
    answer = client.post(at("import_upload"), {"channel": "files", "file": file, **more})
    return str(answer["Location"])


def test_a_chat_from_choosing_to_its_messages(at: At, workspace: Workspace, as_operator: Client) -> None:
    place = uploaded(at, as_operator, chats.WECHAT + "\n甲 2024-13-45 10:00:00\n没有这天\n", "车友群.txt")
    page = as_operator.get(place)
    look = page.context["look"]
    assert (look.messages, look.people, look.days, look.left_out, look.unreadable) == (2, 2, 1, 3, 1)
    words = page.content.decode()
    for wanted in ("车友群", "我的也是，版本 3.4.1", "时间“2024-13-45 10:00:00”不存在。"):
        assert wanted in words
    started = as_operator.post(place + "start/", {"group": "北辰车友一群"})
    found = run(ImportRun.objects.get(workspace=workspace).id)
    assert started["Location"] == at("import_run", run_id=found.id)
    assert (found.archive, found.stored, found.left_out, found.refused) == ("after", 2, 3, 1)
    assert Message.objects.filter(workspace=workspace).first().thread == "北辰车友一群"  # type: ignore[union-attr]
    done = as_operator.get(started["Location"]).content.decode()
    assert ("略过" in done, "未收的消息" in done, "北辰车友一群" in done) == (True, True, True)


def test_the_year_and_the_order_of_a_date_are_asked_where_they_matter(at: At, as_operator: Client) -> None:
    place = uploaded(at, as_operator, chats.FEISHU, "群.txt")
    page = as_operator.get(place, {"year": "2021", "group": "群"}).context
    assert (page["first"][0].at, page["settings"]["year"]) == ("2021-05-01 22:10:00", "2021")
    western = uploaded(at, as_operator, chats.IPHONE.replace("5/13/24", "5/2/24"), "WhatsApp Chat with 群.txt")
    shown = as_operator.get(western).context
    assert (shown["settings"], shown["look"].western) == ({"group": "群", "order": "dm"}, True)
    assert as_operator.get(western, {"order": "md"}).context["first"][0].at.startswith("2024-05-01")
    assert as_operator.get(place, {"year": "x"}).status_code == 200
    assert as_operator.post(place + "start/", {"group": "群", "year": "21"}, headers=HTMX).status_code == 409


def test_what_is_said_to_be_a_chat_must_be_one(at: At, as_operator: Client, tmp_path: Path) -> None:
    file = SimpleUploadedFile("a.txt", "没有时间\n".encode())
    answer = as_operator.post(at("import_upload"), {"channel": "files", "file": file, "sort": "chat"}, headers=HTMX)
    assert (answer.status_code, [path for path in tmp_path.rglob("*") if path.is_file()]) == (409, [])
    place = uploaded(at, as_operator, chats.WECHAT, "a.txt", sort="table")
    assert "preview" in as_operator.get(place).context


def test_a_known_export_is_recognised_and_can_be_overruled(at: At, as_operator: Client) -> None:
    place = uploaded(at, as_operator, XHS, "评论.csv")
    page = as_operator.get(place).context
    assert page["by"] == "xiaohongshu"
    assert {name: column for name, _word, _help, column in page["fields"] if column}["thread"] == "笔记ID"
    by_headings = as_operator.get(place, {"by": "headings"}).context
    assert (by_headings["by"], by_headings["fields"][0][3]) == ("headings", "评论内容")
    assert as_operator.get(place, {"by": "nothing known"}).context["by"] == "xiaohongshu"


def test_a_mapping_is_saved_for_the_team_reused_renamed_and_removed(
    at: At, workspace: Workspace, operator: Membership, as_operator: Client, as_owner: Client
) -> None:
    place = uploaded(at, as_operator, OWN, "门店.csv")
    assert as_operator.get(place).context["by"] == "headings"
    saved = as_operator.post(place + "save/", {**MINE, "save_as": "门店回访"})
    row = SavedMapping.objects.get(workspace=workspace)
    assert saved["Location"] == f"{place}?by={row.id}"
    assert as_operator.get(saved["Location"]).context["own_name"] == "门店回访"
    again = as_owner.get(uploaded(at, as_owner, OWN, "下个月.csv")).context
    assert (again["by"], again["own_name"], again["read"]["rows"][0][0]["text"]) == (
        str(row.id), "门店回访", "充电口打不开",
    )  # fmt: skip
    as_owner.post(at("import_mapping_rename", saved_mapping_id=row.id), {"name": "门店"})
    assert "门店" in as_operator.get(at("import")).content.decode()
    as_owner.post(at("import_mapping_remove", saved_mapping_id=row.id))
    assert not SavedMapping.objects.exists()
    as_operator.post(place + "start/", {**MINE, "save_as": "这次存"})
    assert (SavedMapping.objects.get().name, ImportRun.objects.count()) == ("这次存", 1)


def test_the_pages_ask_the_database_the_same_however_much_is_saved(
    at: At, operator: Membership, as_operator: Client, django_assert_num_queries: Any
) -> None:
    place = uploaded(at, as_operator, OWN, "门店.csv")
    for number in range(12):
        save(by=operator, name=f"第 {number}", mapping=MINE, columns=["谁", "哪天", "说了什么"])
    as_operator.get(at("import"))
    with django_assert_num_queries(QUERIES["import"]):
        as_operator.get(at("import"))
    with django_assert_num_queries(QUERIES["mapping"]):
        as_operator.get(place)


def test_the_page_says_where_a_file_is_the_only_way(at: At, as_operator: Client) -> None:
    words = as_operator.get(at("import")).content.decode()
    assert "小红书、抖音、微博、哔哩哔哩都没有开放的评论接口" in words
    assert "个人微信群同样没有接口" in words
