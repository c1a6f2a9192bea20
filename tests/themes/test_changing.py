import uuid

import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, changing
from huixiang.themes.models import Change, Theme
from huixiang.workspaces.models import Membership, Workspace
from tests.factories.rows import theme

STAFF = Actor("staff", None)


@pytest.fixture
def found(app_channel: ChannelAccount) -> Theme:
    return theme(app_channel, 0)


def now(found: Theme) -> Theme:
    return Theme.objects.get(id=found.id)


def undo(found: Theme) -> None:
    change = changing.latest(now(found))
    assert change is not None
    changing.undo(change_id=change.id, workspace_id=found.workspace_id, actor=STAFF)


def test_what_was_written_is_taken_back_one_by_one(found: Theme, owner: Membership) -> None:
    actions.describe(theme=found, actor=STAFF, summary="一句话", owner_id=owner.id, public=True)
    actions.describe(theme=now(found), actor=STAFF, summary="另一句")
    undo(found)
    assert (now(found).summary, now(found).owner, now(found).public) == ("一句话", owner, True)
    undo(found)
    assert (now(found).summary, now(found).owner, now(found).public) == ("", None, False)
    assert changing.latest(now(found)) is None
    entries = Entry.objects.filter(name="themes.change_undone").order_by("id")
    assert [sorted(entry.data["fields"]) for entry in entries] == [["summary"], ["owner_id", "public", "summary"]]


def test_a_name_of_the_program_is_found_anew_never_kept(found: Theme) -> None:
    before = found.name
    actions.describe(theme=found, actor=STAFF, name="人起的名字")
    assert Change.objects.get().before == {"name": None}
    undo(found)
    assert (now(found).name, now(found).name_by_person) == (before, False)


def test_what_was_changed_again_since_stays(found: Theme) -> None:
    actions.describe(theme=found, actor=STAFF, summary="甲", root_cause="原因")
    first = changing.latest(now(found))
    assert first is not None
    actions.describe(theme=now(found), actor=STAFF, summary="乙")
    changing.undo(change_id=first.id, workspace_id=found.workspace_id, actor=STAFF)
    assert (now(found).summary, now(found).root_cause) == ("乙", "")


def test_a_step_is_taken_back_with_its_time_and_words(found: Theme) -> None:
    actions.move(theme=found, to="confirmed", actor=STAFF)
    confirmed = now(found).confirmed_at
    actions.resolve(theme=now(found), root_cause="", fix="换了蓄电池", fixed_in="3.4.2", actor=STAFF)
    undo(found)
    back = now(found)
    assert (back.status, back.fix, back.fixed_in, back.fixed_at, back.confirmed_at) == (
        "confirmed", "", "", None, confirmed,
    )  # fmt: skip
    undo(found)
    assert (now(found).status, now(found).confirmed_at) == ("found", None)
    entries = Entry.objects.filter(name="themes.step_undone").order_by("id")
    assert [(e.data["before"], e.data["after"]) for e in entries] == [("fixed", "confirmed"), ("confirmed", "found")]


def test_a_step_that_was_followed_by_another_stands(found: Theme) -> None:
    actions.move(theme=found, to="confirmed", actor=STAFF)
    first = changing.latest(now(found))
    assert first is not None
    actions.move(theme=now(found), to="fixing", actor=STAFF)
    with pytest.raises(Refused):
        changing.undo(change_id=first.id, workspace_id=found.workspace_id, actor=STAFF)
    assert now(found).status == "fixing"


def test_an_announcement_is_not_taken_back(found: Theme) -> None:
    actions.resolve(theme=found, root_cause="", fix="好了", fixed_in="", actor=STAFF)
    actions.move(theme=now(found), to="announced", actor=STAFF)
    assert changing.latest(now(found)) is None
    with pytest.raises(Refused):
        changing.undo(change_id=Change.objects.get().id, workspace_id=found.workspace_id, actor=STAFF)


def test_an_owner_who_left_is_nobody(found: Theme, owner: Membership, operator: Membership) -> None:
    actions.describe(theme=found, actor=STAFF, owner_id=operator.id)
    actions.describe(theme=now(found), actor=STAFF, owner_id=owner.id)
    operator.delete()
    undo(found)
    assert now(found).owner is None


def test_once_and_only_in_its_workspace(found: Theme, other_workspace: Workspace) -> None:
    actions.describe(theme=found, actor=STAFF, summary="甲")
    change = Change.objects.get()
    for workspace_id in (other_workspace.id, uuid.uuid4()):
        with pytest.raises(Refused):
            changing.undo(change_id=change.id, workspace_id=workspace_id, actor=STAFF)
    undo(found)
    with pytest.raises(Refused):
        changing.undo(change_id=change.id, workspace_id=found.workspace_id, actor=STAFF)
