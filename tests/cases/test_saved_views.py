import datetime

import pytest
from django.utils import timezone

from huixiang.cases import saved_views
from huixiang.cases.filters import Filters
from huixiang.cases.models import SavedView
from huixiang.journal.models import Entry
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

RED = Filters(grades=("red",), sort="due")


def names(viewer: Membership) -> list[str]:
    return [view.name for view in saved_views.visible(viewer)]


def test_ones_own_and_the_teams(operator: Membership, owner: Membership, analyst: Membership) -> None:
    mine = saved_views.save_view(by=operator, name="  东北\u202e 核心 ", filters=RED, shared=False)
    saved_views.save_view(by=owner, name="今晚前", filters=Filters(), shared=True)
    assert (mine.name, mine.filters) == ("东北 核心", {"grade": ["red"], "sort": ["due"]})
    assert names(operator) == ["今晚前", "东北 核心"]
    assert names(analyst) == ["今晚前"]
    with pytest.raises(Refused):
        saved_views.save_view(by=analyst, name="我的", filters=RED, shared=True)
    saved_views.save_view(by=analyst, name="我的", filters=RED, shared=False)
    assert names(analyst) == ["今晚前", "我的"]


def test_who_may_change_it(operator: Membership, owner: Membership, analyst: Membership) -> None:
    private = saved_views.save_view(by=operator, name="甲", filters=RED, shared=False)
    shared = saved_views.save_view(by=operator, name="乙", filters=RED, shared=True)

    def may(viewer: Membership) -> list[bool]:
        return [saved_views.view_by_id(viewer=viewer, view_id=one.id) is not None for one in (private, shared)]

    assert (may(operator), may(owner), may(analyst)) == ([True, True], [False, True], [False, False])
    other = factories.membership(factories.workspace(), "owner")
    assert may(other) == [False, False]


def test_renamed_refitted_moved(operator: Membership) -> None:
    first, second = (saved_views.save_view(by=operator, name=name, filters=RED, shared=False) for name in "甲乙")
    saved_views.move_view(view=second, by=operator, step=-1)
    saved_views.move_view(view=second, by=operator, step=-1)
    assert names(operator) == ["乙", "甲"]
    saved_views.change_view(view=first, by=operator, name="丙", shared=True)
    saved_views.refit_view(view=first, by=operator, filters=Filters(view="mine"))
    first.refresh_from_db()
    assert (first.shared, first.filters, names(operator)) == (True, {"view": ["mine"]}, ["丙", "乙"])


def test_deleted_and_brought_back(operator: Membership) -> None:
    view = saved_views.save_view(by=operator, name="甲", filters=RED, shared=False)
    saved_views.delete_view(view=view, by=operator)
    assert names(operator) == []
    assert saved_views.view_by_id(viewer=operator, view_id=view.id) is None
    back = saved_views.view_by_id(viewer=operator, view_id=view.id, deleted=True)
    assert back is not None
    saved_views.restore_view(view=back, by=operator)
    assert names(operator) == ["甲"]
    told = Entry.objects.filter(subject_id=view.id).order_by("id").values_list("name", flat=True)
    assert list(told) == ["cases.view_saved", "cases.view_deleted", "cases.view_saved"]


def test_what_was_deleted_long_ago_goes(operator: Membership) -> None:
    old, new = (saved_views.save_view(by=operator, name=name, filters=RED, shared=False) for name in "甲乙")
    saved_views.delete_view(view=old, by=operator)
    SavedView.objects.filter(id=old.id).update(deleted_at=timezone.now() - datetime.timedelta(days=31))
    saved_views.delete_view(view=new, by=operator)
    assert list(SavedView.objects.values_list("id", flat=True)) == [new.id]


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "长" * 41])
def test_a_name_is_asked_for(operator: Membership, name: str) -> None:
    with pytest.raises(Refused):
        saved_views.save_view(by=operator, name=name, filters=RED, shared=False)


def test_thirty_views_are_enough(operator: Membership, workspace: Workspace) -> None:
    SavedView.objects.bulk_create(
        SavedView(workspace=workspace, owner=operator, name=str(n)) for n in range(saved_views.MOST_VIEWS)
    )
    with pytest.raises(Refused):
        saved_views.save_view(by=operator, name="多", filters=RED, shared=False)


def test_the_teams_order_is_moved_by_who_may_share(operator: Membership, analyst: Membership) -> None:
    for name in "甲乙":
        saved_views.save_view(by=operator, name=name, filters=RED, shared=True)
    own = [saved_views.save_view(by=analyst, name=name, filters=RED, shared=False) for name in "丙丁"]
    before = list(SavedView.objects.filter(shared=True).order_by("id").values_list("position", flat=True))
    saved_views.move_view(view=own[1], by=analyst, step=-1)
    saved_views.move_view(view=own[1], by=analyst, step=-1)  # its own stretch ends here
    assert names(analyst) == ["甲", "乙", "丁", "丙"]
    assert list(SavedView.objects.filter(shared=True).order_by("id").values_list("position", flat=True)) == before
    shared = SavedView.objects.get(name="乙")
    with pytest.raises(Refused):
        saved_views.move_view(view=shared, by=analyst, step=-1)
    saved_views.move_view(view=shared, by=operator, step=-1)
    assert names(analyst) == ["乙", "甲", "丁", "丙"]


def test_a_team_shares_so_many(operator: Membership, owner: Membership, workspace: Workspace) -> None:
    SavedView.objects.bulk_create(
        SavedView(workspace=workspace, owner=owner, name=str(n), shared=True) for n in range(saved_views.MOST_SHARED)
    )
    own = saved_views.save_view(by=operator, name="我的", filters=RED, shared=False)
    with pytest.raises(Refused, match="30"):
        saved_views.save_view(by=operator, name="多", filters=RED, shared=True)
    with pytest.raises(Refused, match="30"):
        saved_views.change_view(view=own, by=operator, name="我的", shared=True)
    first = SavedView.objects.filter(shared=True).order_by("id")[0]
    saved_views.delete_view(view=first, by=owner)
    saved_views.save_view(by=operator, name="多", filters=RED, shared=True)
    with pytest.raises(Refused, match="30"):
        saved_views.restore_view(view=first, by=owner)
