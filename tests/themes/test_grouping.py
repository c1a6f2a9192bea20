import threading

import numpy as np
import pytest
from django.db import connection, transaction

from huixiang.channels.models import ChannelAccount
from huixiang.engine.similarity import SAME_THEME
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Entry
from huixiang.themes import measures
from huixiang.themes.actions import attach, rename_grown
from huixiang.themes.models import Likeness, Theme
from huixiang.workspaces.models import Workspace
from tests import factories
from tests.factories.rows import Vector, hours_ago, placed, theme, towards, unstored

NEAR = 0.5  # a lean whose cosine is 0.87
FAR = 0.95  # a lean whose cosine is 0.31


def test_the_leans_stand_on_both_sides_of_the_border() -> None:
    assert np.sqrt(1 - FAR**2) < SAME_THEME < np.sqrt(1 - NEAR**2)


def test_the_nearest_theme_takes_a_feedback(app_channel: ChannelAccount) -> None:
    first, second = theme(app_channel, 0), theme(app_channel, 1)
    [found] = placed(app_channel, [towards(1, lean=NEAR)], unstored(app_channel, by="乙"))
    assert found == second
    assert sorted(Theme.objects.values_list("id", "feedback_count")) == sorted([(first.id, 1), (second.id, 2)])


def test_what_is_near_to_none_is_a_new_theme(app_channel: ChannelAccount) -> None:
    known = theme(app_channel, 0)
    [found] = placed(app_channel, [towards(0, lean=FAR)], unstored(app_channel, by="乙"))
    assert found != known
    assert (
        Entry.objects.filter(name="themes.found").values_list("subject_id", flat=True).order_by("id").last() == found.id
    )


def test_a_workspace_has_its_own_threshold(app_channel: ChannelAccount) -> None:
    known = theme(app_channel, 0)
    Likeness.objects.create(workspace=app_channel.workspace, threshold=0.9, measured_on=500, right=0.8)
    [found] = placed(app_channel, [towards(0, lean=NEAR)], unstored(app_channel, by="乙"))
    assert found != known


def test_feedbacks_of_one_batch_see_the_themes_of_the_ones_before_them(app_channel: ChannelAccount) -> None:
    said = [unstored(app_channel, by=name) for name in "甲乙丙"]
    found = placed(app_channel, [towards(0), towards(5), towards(0, lean=NEAR)], *said)
    assert [one.id for one in found] == [found[0].id, found[1].id, found[0].id]
    assert found[0].id != found[1].id


def test_the_centre_is_the_mean(app_channel: ChannelAccount) -> None:
    theme(app_channel, 0, people=2)
    [found] = placed(app_channel, [towards(0, lean=NEAR)], unstored(app_channel, by="乙"))
    wanted = (2 * towards(0) + towards(0, lean=NEAR)) / 3
    assert np.allclose(np.asarray(Theme.objects.get(id=found.id).centre), wanted, atol=1e-6)


def test_another_workspace_has_themes_of_its_own(app_channel: ChannelAccount, other_workspace: Workspace) -> None:
    here = theme(app_channel, 0)
    there = theme(other_workspace.channel_accounts.get(slug="owners-app"), 0)
    assert here.id != there.id
    assert (here.workspace_id, there.workspace_id) == (app_channel.workspace_id, other_workspace.id)


def test_a_merged_theme_takes_nothing(app_channel: ChannelAccount) -> None:
    gone = theme(app_channel, 0)
    Theme.objects.update(status="merged")
    [found] = placed(app_channel, [towards(0)], unstored(app_channel, by="乙"))
    assert found != gone


def test_a_vector_of_nothing_does_no_harm(app_channel: ChannelAccount) -> None:
    theme(app_channel, 0)
    [found] = placed(app_channel, [np.zeros(384, dtype=np.float32)], unstored(app_channel, by="乙"))
    assert found.feedback_count == 1


@pytest.mark.parametrize("number", [2, 40])
def test_attaching_costs_the_same_whatever_the_batch(
    app_channel: ChannelAccount, number: int, django_assert_num_queries: object
) -> None:
    theme(app_channel, 0)
    said = [unstored(app_channel, by=f"车友{place}", said_at=hours_ago(30)) for place in range(number)]
    vectors = np.asarray([towards(0) if place % 2 else towards(place + 1) for place in range(number)])
    with django_assert_num_queries(9):  # type: ignore[operator]
        attach(workspace_id=app_channel.workspace_id, feedbacks=said, vectors=vectors)


def test_a_theme_is_named_by_its_telling_words_until_a_person_names_it(app_channel: ChannelAccount) -> None:
    texts = ["充电口盖冬天冻住打不开", "零下二十度充电口盖冻住了打不开", "充电口盖冻住"]
    found = placed(app_channel, [towards(0)] * 3, *(unstored(app_channel, text, by=text) for text in texts))[0]
    rename_grown(workspace_id=app_channel.workspace_id, theme_ids=[found.id])
    found.refresh_from_db()
    assert "充电口" in found.name
    Theme.objects.update(name="充电口结冰", name_by_person=True)
    rename_grown(workspace_id=app_channel.workspace_id, theme_ids=[found.id])
    found.refresh_from_db()
    assert found.name == "充电口结冰"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_theme() -> None:
    account = factories.workspace().channel_accounts.get(slug="owners-app")
    barrier = threading.Barrier(3)
    said = [unstored(account, by=name) for name in "甲乙丙"]

    def work(feedback: Feedback, vector: Vector) -> None:
        barrier.wait()
        with transaction.atomic():
            feedback.embedding = vector
            touched = attach(workspace_id=account.workspace_id, feedbacks=[feedback], vectors=np.asarray([vector]))
            feedback.save()
            measures.refresh(workspace_id=account.workspace_id, theme_ids=touched)
        connection.close()

    workers = [threading.Thread(target=work, args=(one, towards(0, lean=0.1, to=9))) for one in said]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert list(Theme.objects.values_list("feedback_count", "people_count")) == [(3, 3)]
    assert Feedback.objects.values("theme_id").distinct().count() == 1
