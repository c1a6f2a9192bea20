"""The list and the board of themes, next steps, splitting, merging, files: as people meet them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.insights.exports import actions as exports
from huixiang.insights.models import Export
from huixiang.themes.models import Move, Theme, Unlike
from huixiang.workspaces.models import Membership
from tests import factories
from tests.factories.rows import theme as made_theme

HTMX = {"HX-Request": "true"}
TEXTS = [factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE]
At = Callable[..., str]
# Session, user, membership; then the team, the channels, counts, warnings, themes, growth; the badge's count.
STATEMENTS = {"themes": 10, "board": 10, "theme": 26}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pair(app_channel: ChannelAccount) -> list[Theme]:
    return [made_theme(app_channel, 0, people=3), made_theme(app_channel, 1, people=2)]


def undo_of(client: Client, address: str) -> str:
    """Where the toast's button leads."""
    page = client.get(address).content.decode()
    found = re.search(r'data-toast>.*?<form method="post" action="([^"]+)"', page, re.DOTALL)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", list(STATEMENTS))
def test_statements(
    page: str, number: int, at: At, app_channel: ChannelAccount, as_operator: Client, django_assert_num_queries: Any
) -> None:
    for axis in range(number):
        made_theme(app_channel, axis, people=number)
    first = Theme.objects.order_by("id")[0]
    address = {"board": at("themes") + "?view=board", "theme": at("theme", theme_id=first.id)}.get(page)
    with django_assert_num_queries(STATEMENTS[page]):
        assert as_operator.get(address or at(page)).status_code == 200


@pytest.mark.parametrize("themes", [2, 3])
def test_statements_of_what_looks_alike(
    themes: int, at: At, app_channel: ChannelAccount, as_operator: Client, django_assert_num_queries: Any
) -> None:
    made = [made_theme(app_channel, axis) for axis in range(themes)]
    Theme.objects.update(centre=made[0].centre)
    with django_assert_num_queries(8):
        shown = as_operator.get(at("themes_alike"), headers=HTMX)
    assert len(shown.context["pairs"]) == {2: 1, 3: 3}[themes]


def test_the_list_is_narrowed_sorted_and_goes_on(
    at: At, pair: list[Theme], as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huixiang.desk.themes.views.PAGE", 1)
    first = as_operator.get(at("themes") + "?sort=people")
    assert [row["theme"].id for row in first.context["rows"]] == [pair[0].id]
    rest = as_operator.get(at("themes") + f"?sort=people&cursor={first.context['next_cursor']}", headers=HTMX)
    assert [row["theme"].id for row in rest.context["rows"]] == [pair[1].id]
    assert rest.content.decode().lstrip().startswith("<tr>")
    nothing = as_operator.get(at("themes") + "?grade=red&since=nonsense&owner=nonsense&channel=x").content.decode()
    assert "没有主题符合上面的筛选" in nothing


def test_a_column_of_the_board_goes_on(
    at: At, pair: list[Theme], as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huixiang.desk.themes.views.COLUMN", 1)
    board = as_operator.get(at("themes") + "?view=board")
    found = board.context["columns"][0]
    assert (found["number"], [row["theme"].id for row in found["rows"]]) == (2, [pair[0].id])
    rest = as_operator.get(at("themes") + f"?view=board&column=found&cursor={found['next_cursor']}", headers=HTMX)
    assert [row["theme"].id for row in rest.context["column"]["rows"]] == [pair[1].id]


@pytest.mark.parametrize(("to", "sent", "status"), [
    ("confirmed", {}, "confirmed"), ("fixing", {"root_cause": "自检耗电"}, "fixing"),
    ("fixed", {"root_cause": "自检耗电", "fix": "改为插枪时自检", "fixed_in": "3.4.2"}, "fixed"),
    ("declined", {"reason": "超出设计温度"}, "declined"),
])  # fmt: skip
def test_a_step_asks_what_it_needs_and_the_toast_takes_it_back(
    to: str, sent: dict[str, str], status: str, at: At, pair: list[Theme], as_operator: Client
) -> None:
    form = as_operator.get(at("theme_moving", theme_id=pair[0].id) + f"?to={to}", headers=HTMX).content.decode()
    assert {name for name in ("root_cause", "fix", "fixed_in", "reason") if f'name="{name}"' in form} == set(sent)
    board = at("themes") + "?view=board"
    answer = as_operator.post(at("theme_move", theme_id=pair[0].id), {"to": to, "next": board, **sent})
    assert (answer.headers["Location"], Theme.objects.get(id=pair[0].id).status) == (board, status)
    as_operator.post(undo_of(as_operator, board))
    assert Theme.objects.get(id=pair[0].id).status == "found"


@pytest.mark.parametrize("to", ["fixed", "declined", "announced", "nonsense"])
def test_a_step_without_what_it_needs_is_refused(to: str, at: At, pair: list[Theme], as_operator: Client) -> None:
    answer = as_operator.post(at("theme_move", theme_id=pair[0].id), {"to": to}, headers=HTMX)
    assert (answer.status_code, Theme.objects.get(id=pair[0].id).status) == (409, "found")


def test_renaming_is_taken_back_by_the_toast(at: At, pair: list[Theme], as_operator: Client) -> None:
    as_operator.post(at("theme_describe", theme_id=pair[0].id), {"name": "换个名字"})
    as_operator.post(undo_of(as_operator, at("theme", theme_id=pair[0].id)))
    assert Theme.objects.get(id=pair[0].id).name == pair[0].name


def test_part_is_split_off_after_one_saw_whom_it_concerns(at: At, pair: list[Theme], as_operator: Client) -> None:
    ids = [str(one) for one in Feedback.objects.filter(theme_id=pair[0].id).values_list("id", flat=True)[:2]]
    taken = as_operator.post(at("theme_take", theme_id=pair[0].id), {"feedback": ids})
    shown = as_operator.get(taken.headers["Location"])
    assert {str(one) for one in shown.context["ticked"]} == set(ids)
    preview = as_operator.post(at("theme_split_preview", theme_id=pair[0].id), {"feedback": ids}, headers=HTMX)
    concerns = preview.context["concerns"]
    assert (concerns.goes.people, concerns.stays.people, Move.objects.count()) == (2, 1, 0)
    as_operator.post(at("theme_split", theme_id=pair[0].id), {"feedback": ids, "to": "new", "name": "另一件"})
    new = Theme.objects.get(name="另一件")
    assert new.feedback_count == 2
    as_operator.post(undo_of(as_operator, at("theme", theme_id=new.id)))
    assert Theme.objects.get(id=pair[0].id).feedback_count == 3


def test_one_feedback_goes_to_a_theme_that_is_found_by_words(at: At, pair: list[Theme], as_operator: Client) -> None:
    picks = as_operator.get(at("theme_split_pick", theme_id=pair[0].id), headers=HTMX)
    assert [one.id for one in picks.context["near"]] == [pair[1].id]
    one = str(Feedback.objects.filter(theme_id=pair[0].id).values_list("id", flat=True)[0])
    as_operator.post(at("theme_split", theme_id=pair[0].id), {"feedback": one, "to": str(pair[1].id)})
    assert [Theme.objects.get(id=theme.id).feedback_count for theme in pair] == [2, 3]


def test_merging_shows_whom_it_concerns_and_several_go_at_once(
    at: At, pair: list[Theme], app_channel: ChannelAccount, as_operator: Client
) -> None:
    third = made_theme(app_channel, 2)
    chosen = "&".join(f"theme={one.id}" for one in (*pair, third))
    page = as_operator.get(at("themes_merging") + f"?{chosen}&into={pair[1].id}")
    concerns = page.context["concerns"]
    assert (page.context["chosen"].into, concerns.people, concerns.feedbacks) == (pair[1], 6, 6)
    sources = [str(pair[0].id), str(third.id)]
    as_operator.post(at("theme_merge", theme_id=pair[1].id), {"source": sources})
    assert Theme.objects.get(id=pair[1].id).feedback_count == 6
    as_operator.post(undo_of(as_operator, at("theme", theme_id=pair[1].id)))
    assert [Theme.objects.get(id=one.id).feedback_count for one in (*pair, third)] == [3, 2, 1]


def test_what_looks_alike_is_merged_or_never_shown_again(at: At, pair: list[Theme], as_operator: Client) -> None:
    Theme.objects.filter(id=pair[1].id).update(centre=pair[0].centre)
    shown = as_operator.get(at("themes_alike"), headers=HTMX).context["pairs"]
    assert [(one.first, one.second) for one in shown] == [(pair[0], pair[1])]
    as_operator.post(at("theme_part", theme_id=pair[0].id), {"other": str(pair[1].id), "next": at("themes")})
    assert as_operator.get(at("themes_alike"), headers=HTMX).context["pairs"] == []
    as_operator.post(undo_of(as_operator, at("themes")))
    assert Unlike.objects.count() == 0


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_file_of_one_theme_is_made_and_fetched(
    file_format: str, at: At, pair: list[Theme], as_analyst: Client, as_owner: Client
) -> None:
    answer = as_analyst.post(at("theme_export", theme_id=pair[0].id), {"format": file_format})
    export = Export.objects.get()
    assert (answer.headers["Location"], export.total) == (at("export", export_id=export.id), 3)
    file = as_analyst.get(at("export_file", export_id=export.id))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert len(b"".join(file.streaming_content)) > 100  # type: ignore[attr-defined]
    for name in ("export", "export_progress", "export_file"):
        assert as_owner.get(at(name, export_id=export.id)).status_code == 404


def test_a_file_of_the_listed_themes_says_how_it_was_narrowed(
    at: At, pair: list[Theme], app_channel: ChannelAccount, as_analyst: Client
) -> None:
    Theme.objects.filter(id=pair[1].id).update(status="fixed")
    as_analyst.post(at("themes_export") + f"?status=fixed&channel={app_channel.id}", {"format": "csv"})
    export = Export.objects.get()
    assert (export.themes, export.total) == ([str(pair[1].id)], 2)
    assert export.words == [["状态", "已修复"], ["渠道", "车主 App"], ["主题", "1"]]


def test_a_long_file_is_left_to_a_job_and_its_progress_is_shown(
    at: At, pair: list[Theme], as_analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE_UP_TO", 0)
    as_analyst.post(at("theme_export", theme_id=pair[0].id), {"format": "csv"})
    export = Export.objects.get()
    assert as_analyst.get(at("export_file", export_id=export.id)).status_code == 404
    page = as_analyst.get(at("export", export_id=export.id)).content.decode()
    assert "已写入 0 条，共 3 条" in page


@pytest.mark.parametrize("role", ["viewer", "moderator", "specialist"])
def test_who_may_not_finds_no_such_address(
    role: str, at: At, pair: list[Theme], operator: Membership, client_of: Callable[[Membership], Client]
) -> None:
    client, first = client_of(factories.membership(operator.workspace, role)), pair[0].id
    answers = {
        client.get(at("themes_merging")).status_code, client.get(at("theme_splitting", theme_id=first)).status_code,
        client.post(at("theme_split", theme_id=first)).status_code, client.post(at("themes_export")).status_code,
        client.post(at("theme_part", theme_id=first)).status_code,
        client.post(at("theme_move", theme_id=first)).status_code,
    }  # fmt: skip
    assert answers == {404}
    page = client.get(at("theme", theme_id=first)).content.decode()
    assert [word for word in ("theme_take", "split/", "export/", "step-dlg") if word in page] == []
