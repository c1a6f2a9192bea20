"""Whether endpoints are told is asked when something happens: without listeners no job is queued."""

from pytest_django import DjangoAssertNumQueries

from huixiang.channels.webhooks.actions import open_endpoint
from huixiang.journal import dispatch
from huixiang.journal.events import SYSTEM
from huixiang.kernel.ids import new_id
from huixiang.workspaces.models import Workspace
from tests.factories.jobs import waiting


def _follow(workspace: Workspace, event: str) -> list[str]:
    dispatch.follow(event, workspace_id=workspace.id, subjects=[new_id()])
    return waiting()


def _listen(workspace: Workspace, *wanted: str) -> None:
    open_endpoint(
        workspace=workspace, name="工单系统", url="https://1.1.1.1/", wanted=wanted, personal=False, actor=SYSTEM
    )


def test_without_listeners_it_costs_one_look_and_no_job(
    workspace: Workspace, other_workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _listen(workspace, "theme.found")
    _listen(other_workspace, "case.opened")
    with django_assert_num_queries(3):  # the look, and the two jobs that look for reds
        dispatch.follow("cases.opened", workspace_id=workspace.id, subjects=[new_id()])
    assert waiting() == ["alerts.red", "war_rooms.look"]


def test_a_listener_costs_the_look_and_the_job(
    workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _listen(workspace, "case.opened")
    _listen(workspace, "case.opened", "theme.found")
    with django_assert_num_queries(4):
        dispatch.follow("cases.opened", workspace_id=workspace.id, subjects=[new_id()])
    assert waiting() == ["alerts.red", "war_rooms.look", "api.tell:cases.opened"]


def test_an_event_of_several_names_is_told_to_who_wants_any(workspace: Workspace) -> None:
    _listen(workspace, "case.reopened")
    followers = ["cases.wake", "war_rooms.void", "playbooks.follow_states", "api.tell:cases.state_changed"]
    assert _follow(workspace, "cases.state_changed") == followers


def test_what_else_follows_is_queued_all_the_same(workspace: Workspace) -> None:
    assert _follow(workspace, "themes.merged") == ["cases.follow_merge", "war_rooms.follow_merge"]
