import pytest
from django.db import connection, transaction

from huixiang.kernel import jobs
from huixiang.workspaces.models import Workspace
from tests.factories.jobs import waiting

pytestmark = pytest.mark.django_db


def test_a_job_waits_with_its_arguments() -> None:
    jobs.queue("triage.process", lock="a lock", workspace_id="w")
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args->>'workspace_id', lock, status::text FROM procrastinate_jobs")
        assert cursor.fetchall() == [("triage.process", "w", "a lock", "todo")]


def test_a_second_wake_up_is_not_queued() -> None:
    for key in ("one", "one", "two"):
        jobs.queue("triage.process", once=key, workspace_id=key)
    assert waiting() == ["triage.process", "triage.process"]


def test_without_a_key_every_job_waits() -> None:
    for _ in range(3):
        jobs.queue("triage.process", workspace_id="w")
    assert waiting() == ["triage.process"] * 3


def test_a_refused_wake_up_does_not_poison_the_transaction() -> None:
    with transaction.atomic():
        jobs.queue("triage.process", once="key", workspace_id="w")
        Workspace.objects.create(slug="first", name="一")
        jobs.queue("triage.process", once="key", workspace_id="w")
        Workspace.objects.create(slug="second", name="二")
    assert list(Workspace.objects.order_by("slug").values_list("slug", flat=True)) == ["first", "second"]


def test_a_job_goes_with_its_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - what fails is the end of it
        jobs.queue("triage.process", workspace_id="w")
        _ = 1 / 0
    assert waiting() == []


def test_a_finished_wake_up_makes_room_for_the_next() -> None:
    jobs.queue("triage.process", once="key", workspace_id="w")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    jobs.queue("triage.process", once="key", workspace_id="w")
    assert waiting() == ["triage.process"]
