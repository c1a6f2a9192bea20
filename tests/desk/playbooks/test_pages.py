import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.channels.models import ChannelAccount
from huixiang.playbooks import editing, shipped
from huixiang.playbooks.models import Playbook, PlaybookRun, Rota, RunStep
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.playbooks.opening import opened, states, steps

At = Callable[..., str]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def yellow(workspace: Workspace) -> Playbook:
    shipped.furnish(workspace=workspace)
    return Playbook.objects.select_related("workspace", "active").get(key="yellow-standard")


def form_of(book: Playbook) -> dict[str, Any]:
    """What the editor's form sends when nothing was touched but what the test adds."""
    sent: dict[str, Any] = {"name": book.name, "grades": ["yellow"], "step": []}
    for step in book.active.steps.all():  # type: ignore[union-attr]
        sent["step"].append(step.key)
        told = {"kind": step.kind, "title": step.title, "number": "2", "unit": "hours", "owner": "case",
                "done": step.done_by}  # fmt: skip
        sent |= {f"{name}-{step.key}": value for name, value in told.items()}
    return sent


def test_the_list_shows_the_four_in_their_order(as_operator: Client, at: At) -> None:
    page = as_operator.get(at("settings_playbooks")).content.decode()
    places = [page.index(name) for name in ("红·危机", "橙·跨部门", "黄·标准", "蓝·安抚")]
    assert places == sorted(places)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    as_owner: Client, at: At, yellow: Playbook, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Playbook.objects.exclude(id__in=Playbook.objects.values("id")[:number]).delete()
    as_owner.get(at("settings_playbooks"))
    with django_assert_num_queries(7):  # session, user, membership, channels, playbooks, their steps, the inbox's count
        as_owner.get(at("settings_playbooks"))


def test_a_playbook_shows_its_steps_its_versions_and_what_is_new(
    as_owner: Client, at: At, yellow: Playbook, owner: Membership
) -> None:
    rows = editing.rows_of(yellow.active)[:3]  # type: ignore[arg-type]
    editing.save_draft(playbook=yellow, name="黄·简版", conditions={}, steps=rows, by=owner)
    page = as_owner.get(at("playbook", playbook_id=yellow.id)).content.decode()
    assert page.count("pbl-n") == 8
    draft = as_owner.get(at("playbook", playbook_id=yellow.id) + "?version=2").content.decode()
    assert draft.count("pbl-n") == 3
    assert "第 2 版与第 1 版对比" in draft


def test_the_editor_adds_moves_removes_and_publishes(as_owner: Client, at: At, yellow: Playbook) -> None:
    address, sent = at("playbook_edit", playbook_id=yellow.id), form_of(yellow)
    assert as_owner.get(address).status_code == 200
    assert as_owner.post(address, sent | {"do": "up:thank"}).status_code == 302
    draft = yellow.versions.get(state="draft")
    assert list(draft.steps.values_list("key", flat=True))[:2] == ["thank", "contact"]
    as_owner.post(address, sent | {"do": "remove:verify"})
    assert draft.steps.count() == 7
    added = as_owner.post(address, sent | {"do": "add", "new_kind": "care"})
    assert (draft.steps.count(), added["Location"].startswith(f"{address}#s-own-")) == (9, True)
    last = draft.steps.last()
    assert last is not None
    assert (last.kind, last.template_key) == ("care", "care_visit")
    as_owner.post(address, sent | {"do": "publish", "note": "都在两小时内"})
    yellow.refresh_from_db()
    assert yellow.active is not None
    assert (yellow.active.number, set(yellow.active.steps.values_list("minutes", flat=True))) == (2, {120})


def test_what_is_refused_comes_back_as_it_was_written(as_owner: Client, at: At, yellow: Playbook) -> None:
    sent = form_of(yellow) | {"number-thank": "很快", "title-contact": "先打个电话", "do": "save"}
    answer = as_owner.post(at("playbook_edit", playbook_id=yellow.id), sent)
    page = answer.content.decode()
    assert (answer.status_code, yellow.versions.count()) == (422, 1)
    assert "“很快”" in page
    assert "先打个电话" in page


def test_switching_off_and_going_back(as_owner: Client, at: At, yellow: Playbook) -> None:
    as_owner.post(at("playbook_act", playbook_id=yellow.id), {"do": "off"})
    yellow.refresh_from_db()
    assert yellow.on is False
    as_owner.post(at("playbook_act", playbook_id=yellow.id), {"do": "copy"})
    assert Playbook.objects.get(name="黄·标准（副本）").versions.get().state == "draft"


def test_the_try_page_counts_and_lists(
    as_operator: Client, at: At, yellow: Playbook, owner: Membership, app_channel: ChannelAccount
) -> None:
    [case] = opened(app_channel, grade="yellow")
    rows = editing.rows_of(yellow.active)  # type: ignore[arg-type]
    editing.save_draft(playbook=yellow, name="黄", conditions={"kinds": ["praise"]}, steps=rows, by=owner)
    page = as_operator.get(at("playbook_try", playbook_id=yellow.id)).content.decode()
    assert at("case", case_id=case.id) in page


def test_a_rota_is_made_ordered_and_removed(as_owner: Client, at: At, owner: Membership, operator: Membership) -> None:
    as_owner.post(at("rota_save"), {"name": "晚班", "person": str(owner.id)})
    rota = Rota.objects.get()
    change = at("rota_change", rota_id=rota.id)
    people = [str(owner.id), str(operator.id), ""]
    as_owner.post(change, {"name": "夜班", "person": people, f"away-{owner.id}": "2030-01-01"})
    as_owner.post(change, {"name": "夜班", "person": people, "do": f"up:{operator.id}"})
    assert list(rota.places.order_by("position").values_list("membership_id", flat=True)) == [operator.id, owner.id]
    assert "夜班" in as_owner.get(at("settings_rotas")).content.decode()
    as_owner.post(change, {"do": "remove"})
    assert not Rota.objects.exists()


def test_a_step_is_ticked_on_the_case_and_taken_back(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow")
    page = as_operator.get(at("case", case_id=case.id)).content.decode()
    assert "选用依据：等级 黄" in page
    address = at("case_step", case_id=case.id, step_id=steps(case)["contact"].id)
    part = as_operator.post(address, {"do": "done", "note": "打过电话"}, headers={"HX-Request": "true"})
    assert "打过电话" in part.content.decode()
    assert states(case)["contact"] == "done"
    assert as_operator.post(address, {"do": "back"}).status_code == 302
    assert states(case)["contact"] == "active"


def test_a_case_without_a_playbook_offers_one(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel)
    RunStep.objects.all().delete()
    PlaybookRun.objects.all().delete()
    assert at("case_playbook", case_id=case.id) in as_operator.get(at("case", case_id=case.id)).content.decode()
    as_operator.post(at("case_playbook", case_id=case.id))
    assert PlaybookRun.objects.get().case_id == case.id


def test_my_steps_are_those_of_others_cases_too(
    at: At, workspace: Workspace, app_channel: ChannelAccount, operator: Membership,
    client_of: Callable[[Membership], Client],
) -> None:  # fmt: skip
    product = factories.membership(workspace, "product", name="产品")
    [case] = opened(app_channel, grade="orange")
    client = client_of(product)
    page = client.get(at("my_steps")).content.decode()
    assert "通报产品经理" in page
    assert "私下联系本人" not in page
    client.post(at("case_step", case_id=case.id, step_id=steps(case)["inform-product"].id), {"do": "take"})
    assert steps(case)["inform-product"].owner == product


@pytest.mark.parametrize("number", [1, 3])
def test_my_steps_cost_the_same_for_any_number(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    opened(app_channel, number, grade="blue")
    as_operator.get(at("my_steps"))
    with django_assert_num_queries(6):  # session, user, membership, templates, the steps, the inbox's count
        as_operator.get(at("my_steps"))


def test_a_step_brings_its_template_filled_in(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow", text="方向盘抖")
    step = steps(case)["thank"]
    page = as_operator.get(at("case_step_words", case_id=case.id, step_id=step.id)).content.decode()
    assert "方向盘抖" in page
    assert 'data-insert-into="#composer textarea[name=text]"' in page


def test_the_inbox_shows_what_is_to_be_done_now_and_ticks_it(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow")
    page = as_operator.get(at("inbox")).content.decode()
    line = page[page.index(f'id="now-{case.id}"') :]
    assert re.findall(r'pbn-t" [^>]*>([^<]+)<', line) == ["私下打个招呼", "致谢，为带来的麻烦道歉"]
    address = at("case_step", case_id=case.id, step_id=steps(case)["contact"].id)
    sent = {"do": "done", "place": "now", "next": at("inbox")}
    part = as_operator.post(address, sent, headers=HTMX).content.decode()
    assert re.findall(r'pbn-t" [^>]*>([^<]+)<', part) == ["致谢，为带来的麻烦道歉"]
    assert ("“私下打个招呼”已完成。" in part, states(case)["contact"]) == (True, "done")
    part = as_operator.post(address, {"do": "back", "place": "now"}, headers=HTMX).content.decode()
    assert (part.count("pbn-t"), states(case)["contact"]) == (2, "active")
    assert as_operator.post(address, sent)["Location"] == at("inbox")
    assert as_operator.get(at("case_now", case_id=case.id)).content.decode().count("pbn-t") == 1


def test_a_playbook_is_replaced_and_stopped_on_the_case(
    as_operator: Client, at: At, app_channel: ChannelAccount, operator: Membership
) -> None:
    [case] = opened(app_channel, grade="yellow")
    address = at("case_playbook", case_id=case.id)
    form = as_operator.get(address).content.decode()
    assert re.findall(r'<option value="[^"]+">([^<]+)<', form) == ["红·危机", "橙·跨部门", "蓝·安抚"]
    orange = str(Playbook.objects.get(key="orange-cross-team").id)
    assert as_operator.post(address, {"playbook": orange, "do": "put"}, headers=HTMX).status_code == 409
    sent = {"playbook": orange, "do": "put", "reason": "三个门店都有"}
    card = as_operator.post(address, sent, headers=HTMX).content.decode()
    assert ("由人手动选用。" in card, "有人换用了别的预案" in card, 'id="playbook"' in card) == (True, True, False)
    as_operator.post(address, {"do": "stop", "reason": "是误报"})
    assert PlaybookRun.objects.filter(case=case, ended_at=None).exists() is False


def test_the_shipped_ones_are_offered_in_the_readers_language(as_owner: Client, at: At, yellow: Playbook) -> None:
    offer = at("playbooks_retell")
    assert offer not in as_owner.get(at("settings_playbooks")).content.decode()
    as_owner.cookies["django_language"] = "en"
    assert offer in as_owner.get(at("settings_playbooks")).content.decode()
    as_owner.post(offer)
    page = as_owner.get(at("settings_playbooks")).content.decode()
    assert ("Yellow: standard" in page, offer in page) == (True, False)
