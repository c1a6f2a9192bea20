import datetime
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from huixiang.cases.models import Case
from huixiang.channels.models import ChannelAccount
from huixiang.kernel.errors import Refused
from huixiang.playbooks import acting, editing, queries, rotas, shipped
from huixiang.playbooks.comparing import compare
from huixiang.playbooks.models import Playbook, RotaPlace
from huixiang.playbooks.trying import try_out
from huixiang.playbooks.wording import conditions_in_words, due_in_words, duration, only_if
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories.rows import hours_ago
from tests.playbooks.opening import opened, run_of, steps


@pytest.fixture
def yellow(workspace: Workspace) -> Playbook:
    shipped.furnish(workspace=workspace)
    return Playbook.objects.select_related("workspace", "active").get(key="yellow-standard")


def draft(book: Playbook, by: Membership, rows: list[dict[str, Any]] | None = None, **conditions: list[str]) -> None:
    rows = editing.rows_of(book.active) if rows is None and book.active else rows or []
    editing.save_draft(playbook=book, name=book.name, conditions=conditions, steps=rows, by=by)


def test_a_draft_changes_nothing_until_it_is_published(
    app_channel: ChannelAccount, yellow: Playbook, owner: Membership
) -> None:
    [before] = opened(app_channel, grade="yellow")
    draft(yellow, owner, editing.rows_of(yellow.active)[:2], grades=["yellow"])  # type: ignore[arg-type]
    [meanwhile] = opened(app_channel, grade="yellow", text="乙")
    editing.publish(playbook=yellow, note="先两步", by=owner)
    [after] = opened(app_channel, grade="yellow", text="丙")
    assert [len(steps(case)) for case in (before, meanwhile, after)] == [8, 8, 2]
    assert [run_of(case).version.number for case in (before, meanwhile, after)] == [1, 1, 2]
    editing.go_back(playbook=yellow, number=1, by=owner)
    [again] = opened(app_channel, grade="yellow", text="丁")
    assert run_of(again).version.number == 1


@pytest.mark.parametrize("wrong", ["nothing", "no note", "waits for itself", "own without a title", "nobody's"])
def test_what_cannot_be_worked_by_is_not_published(yellow: Playbook, owner: Membership, wrong: str) -> None:
    rows, note = editing.rows_of(yellow.active)[:2], "新"  # type: ignore[arg-type]
    if wrong == "no note":
        note = "  "
    elif wrong == "waits for itself":
        rows[0]["after_key"] = rows[0]["key"]
    elif wrong == "own without a title":
        rows[0] |= {"kind": "own", "title": ""}
    elif wrong == "nobody's":
        rows[0]["owner_kind"] = "rota"
    draft(yellow, owner, [] if wrong == "nothing" else rows)
    with pytest.raises(Refused):
        editing.publish(playbook=yellow, note=note, by=owner)
    assert Playbook.objects.get(id=yellow.id).active_id == yellow.active_id


def test_people_of_elsewhere_are_not_put_in(
    yellow: Playbook, owner: Membership, other_workspace: Workspace
) -> None:
    stranger = factories.membership(other_workspace, "operator")
    rows = editing.rows_of(yellow.active)[:1]  # type: ignore[arg-type]
    with pytest.raises(Refused):
        draft(yellow, owner, [rows[0] | {"owner_kind": "person", "person_id": stranger.id}])


def test_a_copy_is_off_and_asked_last(yellow: Playbook, owner: Membership) -> None:
    made = editing.copy(playbook=yellow, by=owner)
    written = queries.draft_of(made)
    assert written is not None
    assert (made.on, made.position, made.name, written.steps.count()) == (False, 5, "黄·标准（副本）", 8)
    with pytest.raises(Refused):
        editing.switch(playbook=made, on=True, by=owner)
    editing.discard(playbook=made)
    assert not Playbook.objects.filter(id=made.id).exists()


def test_the_order_decides_between_two_that_fit(
    app_channel: ChannelAccount, yellow: Playbook, owner: Membership
) -> None:
    made = Playbook.objects.select_related("workspace").get(id=editing.copy(playbook=yellow, by=owner).id)
    editing.publish(playbook=made, note="副本", by=owner)
    [first] = opened(app_channel, grade="yellow")
    for _step in range(2):
        editing.move(playbook=made, up=True, by=owner)
    [second] = opened(app_channel, grade="yellow", text="乙")
    assert [run_of(case).version.playbook_id for case in (first, second)] == [yellow.id, made.id]


def test_versions_are_compared_in_words(yellow: Playbook, owner: Membership) -> None:
    rows = editing.rows_of(yellow.active)  # type: ignore[arg-type]
    rows[0]["minutes"], gone = 60, rows.pop(3)
    draft(yellow, owner, [*rows, {"key": "mine", "kind": "own", "title": "送花"}], grades=["orange", "yellow"])
    [after, before] = queries.versions(yellow)
    told = [(one.what, one.title) for one in compare(before, after, {}, 540)]
    assert told == [
        ("changed", "适用条件"), ("changed", rows[0]["title"]), ("changed", "把结论转给产品"), ("new", "送花"),
        ("gone", gone["title"]),
    ]  # fmt: skip
    time = compare(before, after, {}, 540)[1].fields[0]
    assert (time.before, time.after) == ("开始后 6 个工作小时内", "开始后 60 个工作分钟内")


def test_conditions_times_and_limits_in_words(yellow: Playbook) -> None:
    assert conditions_in_words({"grades": ["yellow", "red"], "tiers": ["koc", "core"]}, {}) == [
        ("等级", "红、黄"), ("成员", "核心 KOC、KOC"),
    ]  # fmt: skip
    by_key = {step.key: step for step in yellow.active.steps.all()}  # type: ignore[union-attr]
    assert due_in_words(by_key["offer"], 540) == "上一步结束后 2 个工作日内"
    assert only_if(by_key["inform-product"], {"verify": "核实"}) == ["仅限：故障、建议", "「核实」完成后"]
    assert duration(1_440, around_the_clock=True, day_minutes=540) == "1 天"


@pytest.mark.parametrize("number", [1, 3])
def test_a_try_tells_which_cases_would_go_another_way(
    app_channel: ChannelAccount, yellow: Playbook, owner: Membership, number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    blue = opened(app_channel, number, grade="blue")
    opened(app_channel, 2, grade="yellow", text="乙")
    opened(app_channel, 1, grade="blue", text="早已过去", said_at=hours_ago(24 * 40))
    draft(yellow, owner, grades=["yellow", "blue"], tiers=["plain"])
    Playbook.objects.filter(id=yellow.id).update(position=0)
    written = queries.draft_of(Playbook.objects.get(id=yellow.id))
    assert written is not None
    with django_assert_num_queries(4):  # versions in force and their steps, alike cases counted, the cases listed
        trial = try_out(workspace=yellow.workspace, draft=written)
    assert (trial.cases, trial.has, trial.would_have, trial.other) == (number + 2, 2, number + 2, number)
    [turned] = trial.turned
    assert (turned.before and turned.before.key, turned.after and turned.after.key, turned.cases) == (
        "blue-comfort", "yellow-standard", number,
    )  # fmt: skip
    assert {case.id for case, _before, _after in trial.listed} == {case.id for case in blue}
    assert Case.objects.filter(playbook_runs__version=written).count() == 0


def test_a_rota_goes_round_and_passes_over_who_is_away(
    app_channel: ChannelAccount, workspace: Workspace, yellow: Playbook, owner: Membership
) -> None:
    one, two, three = (factories.membership(workspace, "specialist", name=name) for name in ("甲", "乙", "丙"))
    rota = rotas.save(
        workspace=workspace, rota=None, name="晚班", people=[one.id, two.id, three.id],
        away={two.id: timezone.localdate()}, by=owner,
    )  # fmt: skip
    row = editing.rows_of(yellow.active)[0]  # type: ignore[arg-type]
    draft(yellow, owner, [row | {"owner_kind": "rota", "rota_id": rota.id}], grades=["yellow"])
    editing.publish(playbook=yellow, note="晚班轮流", by=owner)
    taken = [steps(case)["contact"].owner for case in opened(app_channel, 3, grade="yellow")]
    assert taken == [one, three, one]
    RotaPlace.objects.filter(membership=two).update(away_until=timezone.localdate() - datetime.timedelta(days=1))
    assert [steps(case)["contact"].owner for case in opened(app_channel, 1, grade="yellow", text="乙")] == [two]


def test_who_may_do_what_with_a_step(
    app_channel: ChannelAccount, workspace: Workspace, operator: Membership
) -> None:
    product, viewer = (factories.membership(workspace, role) for role in ("product", "viewer"))
    [case] = opened(app_channel, grade="orange")
    with pytest.raises(Refused):
        acting.tick(row=steps(case)["contact"], by=viewer)
    acting.tick(row=steps(case)["inform-product"], by=product)
    acting.skip(row=steps(case)["contact"], by=operator, reason="没有私聊渠道")
    with pytest.raises(Refused):
        acting.skip(row=steps(case)["thank"], by=operator, reason=" ")
    now = steps(case)
    assert (now["inform-product"].state, now["contact"].state, now["contact"].note) == (
        "done", "skipped", "没有私聊渠道",
    )  # fmt: skip
    acting.take_back(row=now["contact"], by=operator)
    assert (steps(case)["contact"].state, steps(case)["contact"].note) == ("active", "")
