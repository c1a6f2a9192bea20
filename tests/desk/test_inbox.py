"""The inbox page: filters in the address, saved views, many at once, news, collisions."""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.cases.actions import assign, hear
from huixiang.cases.filters import Filters
from huixiang.cases.models import BulkRun, Case, SavedView
from huixiang.cases.saved_views import save_view
from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import Actor
from huixiang.workspaces.models import Membership
from tests import factories
from tests.cases.test_handling import said
from tests.cases.test_inbox import opened

At = Callable[..., str]
HTMX = {"HX-Request": "true"}


def shown(client: Client, address: str) -> list[uuid.UUID]:
    return [row.id for row in client.get(address).context["rows"]]


def test_the_address_chooses_and_chips_take_away(
    at: At, app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    red, yellow = opened(app_channel, "red", by="甲"), opened(app_channel, "yellow", by="乙")
    opened(app_channel, "blue", by="丙")
    page = as_operator.get(at("inbox") + "?grade=red&grade=yellow&sort=newest&owner=none")
    assert [row.id for row in page.context["rows"]] == [yellow.id, red.id]
    assert [chip.word for chip in page.context["chips"]] == ["红", "黄", "还没有负责人"]
    without = page.context["chips"][0].address
    assert shown(as_operator, without) == [yellow.id]
    assert page.context["total"] == 2


def test_an_address_that_names_nothing_real_is_answered(at: At, case: Case, as_operator: Client) -> None:
    stranger = uuid.uuid4()
    for query in (
        f"theme={stranger}&tag={stranger}&channel={stranger}&owner={stranger}",
        "saved=x&run=x&deleted=x&case=x",
        "view=x&q=%20&since=0001-01-01&until=9999-12-31&cursor=x&sort=x&grade=x",
    ):
        assert as_operator.get(f"{at('inbox')}?{query}").status_code == 200


def test_the_filter_is_offered(at: At, case: Case, as_operator: Client) -> None:
    page = as_operator.get(at("inbox_filters") + "?grade=red&since=2026-01-02")
    assert page.context["filters"] == Filters(grades=("red",), since=datetime.date(2026, 1, 2))
    assert 'value="2026-01-02"' in page.content.decode()


def test_a_view_is_kept_counted_changed_deleted_and_back(
    at: At, app_channel: ChannelAccount, operator: Membership, as_operator: Client, as_analyst: Client
) -> None:
    red = opened(app_channel, "red", by="甲")
    opened(app_channel, "blue", by="乙")
    answer = as_operator.post(at("view_save") + "?grade=red&sort=due", {"name": "红的", "shared": "1"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"{at('inbox')}?grade=red&sort=due&saved={view.id}"
    page = as_operator.get(answer["Location"])
    assert [row.id for row in page.context["rows"]] == [red.id]
    assert [(entry.word, entry.count, entry.here) for entry in page.context["saved_views"]] == [("红的", 1, True)]
    assert (page.context["heading"].word, page.context["changed_view"]) == ("红的", None)
    assert as_operator.get(f"{at('inbox')}?grade=blue&saved={view.id}").context["changed_view"] == view
    assert [entry.word for entry in as_analyst.get(at("inbox")).context["saved_views"]] == ["红的"]
    assert as_analyst.post(at("view_delete", view_id=view.id)).status_code == 404
    gone = as_operator.post(at("view_delete", view_id=view.id))["Location"]
    page = as_operator.get(gone)
    assert (page.context["saved_views"], page.context["deleted_view"]) == ([], view)
    as_operator.post(at("view_restore", view_id=view.id))
    assert [entry.word for entry in as_operator.get(at("inbox")).context["saved_views"]] == ["红的"]


def test_all_of_the_view_is_more_than_what_is_loaded(
    at: At, app_channel: ChannelAccount, operator: Membership, as_operator: Client
) -> None:
    for place in range(45):
        opened(app_channel, "red" if place else "blue", by=str(place))
    page = as_operator.get(at("inbox") + "?grade=red")
    assert (len(page.context["rows"]), page.context["total"]) == (40, 44)
    form = {"all": "1", "act": "close", "reason-close": "导入的", "seen_at": page.context["since"]}
    answer = as_operator.post(at("inbox_bulk") + "?grade=red", form)
    run = BulkRun.objects.get()
    assert (run.done, Case.objects.filter(state="closed").count()) == (44, 44)
    assert answer["Location"] == f"{at('inbox')}?grade=red&run={run.id}"
    told = re.sub(r"<[^>]+>|\s+", "", as_operator.get(answer["Location"]).content.decode())
    assert "已关闭44个已处理" in told


def test_a_refusal_is_said_and_nothing_happens(at: At, case: Case, as_operator: Client, as_analyst: Client) -> None:
    answer = as_operator.post(at("inbox_bulk"), {"case": str(case.id), "act": "close"}, headers=HTMX)
    assert (answer.status_code, answer.content.decode()) == (409, "请写明为什么未解决就关闭。")
    as_analyst.post(at("inbox_bulk"), {"case": str(case.id), "act": "assign", "owner": ""})
    assert list(BulkRun.objects.all()) == []


def test_done_anyway_and_taken_back(
    at: At, app_channel: ChannelAccount, operator: Membership, owner: Membership, as_operator: Client, as_owner: Client
) -> None:
    cases = [opened(app_channel, by=name) for name in "甲乙"]
    loaded = timezone.now().isoformat()
    assign(case=cases[0], owner=owner, actor=Actor("staff", owner.id))
    form = {"case": [str(case.id) for case in cases], "act": "assign", "owner": str(operator.id), "seen_at": loaded}
    as_operator.post(at("inbox_bulk"), form)
    run = BulkRun.objects.get()
    assert as_owner.get(at("bulk_progress", bulk_id=run.id)).status_code == 404  # one's own only
    assert as_operator.get(at("bulk_progress", bulk_id=run.id)).context["run_by_others"] == 1
    as_operator.post(at("bulk_anyway", bulk_id=run.id))
    assert set(Case.objects.values_list("owner_id", flat=True)) == {operator.id}
    as_operator.post(at("bulk_undo", bulk_id=run.id))
    assert set(Case.objects.values_list("owner_id", flat=True)) == {operator.id, None}


def test_news_tells_what_came_changed_and_left(
    at: At, app_channel: ChannelAccount, operator: Membership, owner: Membership, as_operator: Client
) -> None:
    first, second, third = (opened(app_channel, by=name) for name in "甲乙丙")
    page = as_operator.get(at("inbox") + "?owner=none")
    rows = ",".join(f"{row.id}:{row.stamp}" for row in page.context["rows"])
    form = {"rows": rows, "seen_at": page.context["since"]}

    def news() -> tuple[int, list[uuid.UUID], list[uuid.UUID]]:
        told = as_operator.post(at("inbox_news") + "?owner=none", form, headers=HTMX).context
        return told["number"], [row.id for row in told["changed"]], told["gone"]

    assert news() == (0, [], [])
    assign(case=first, owner=owner)
    hear(workspace_id=operator.workspace_id, said=[said(second, "又来了")])
    new = opened(app_channel, "blue", by="丁")
    assert news() == (1, [second.id], [first.id])
    fresh = as_operator.post(at("inbox_fresh") + "?owner=none", form, headers=HTMX)
    assert [row.id for row in fresh.context["rows"]] == [new.id]
    assert third.id not in {row.id for row in fresh.context["rows"]}


def test_unread_is_turned_for_the_asker(at: At, case: Case, operator: Membership, as_operator: Client) -> None:
    states = []
    for _time in range(3):
        row = as_operator.post(at("inbox_mark"), {"case": str(case.id)}, headers=HTMX).context["case"]
        states.append(row.unread)
    assert states == [False, True, False]
    assert as_operator.post(at("inbox_mark"), {"case": str(uuid.uuid4())}).status_code == 404
    assert as_operator.get(at("inbox_badge")).json() == {"count": 1, "label": "1 条待处理"}


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("case_assign", {"owner": ""}),
        ("case_grade", {"grade": "blue", "reason": "误判"}),
        ("case_end", {"state": "solved"}),
    ],
)
def test_what_a_colleague_did_meanwhile_is_asked_about(
    at: At, case: Case, owner: Membership, as_operator: Client, verb: str, form: dict[str, str]
) -> None:
    seen = {"seen_at": timezone.now().isoformat()}
    assign(case=case, owner=owner, actor=Actor("staff", owner.id))
    before = Case.objects.values("owner", "grade", "state").get(id=case.id)
    asked = as_operator.post(at(verb, case_id=case.id), form | seen)
    assert asked.status_code == 409
    assert asked.context["told"].startswith("程屿 在 ")
    assert Case.objects.values("owner", "grade", "state").get(id=case.id) == before
    assert dict(asked.context["fields"]) == form
    assert as_operator.post(at(verb, case_id=case.id), form | {"anyway": "1"} | seen).status_code == 302
    assert Case.objects.values("owner", "grade", "state").get(id=case.id) != before


def test_ones_own_earlier_step_is_no_collision(at: At, case: Case, operator: Membership, as_operator: Client) -> None:
    seen = {"seen_at": timezone.now().isoformat()}
    assign(case=case, owner=None, actor=Actor("staff", operator.id))
    assert as_operator.post(at("case_end", case_id=case.id), {"state": "solved"} | seen).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_saved_views_cost_no_statement_each(
    at: At, app_channel: ChannelAccount, operator: Membership, as_operator: Client, number: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    texts = [factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE][:number]
    factories.received(app_channel, *[factories.inbound(text) for text in texts])
    for place in range(number * 4):
        chosen = Filters(grades=("red",), unread=True, tiers=("core",))
        save_view(by=operator, name=str(place), filters=chosen, shared=True)
    as_operator.get(at("inbox"))
    with django_assert_num_queries(33):
        page = as_operator.get(at("inbox"))
    assert (len(page.context["rows"]), len(page.context["saved_views"])) == (number, number * 4)
