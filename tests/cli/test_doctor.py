import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from huixiang.channels.models import ChannelAccount, Delivery
from huixiang.cli import doctor, migrate
from huixiang.intake.actions import receive
from huixiang.intake.models import Message
from huixiang.kernel import jobs, places
from tests import factories
from tests.cli.conftest import Said

Run = Callable[..., Said]


def lines(said: Run) -> tuple[int, list[str]]:
    status, out, _err = said("doctor")
    return status, out.splitlines()


def test_all_well(said: Run, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.com", 587
    monkeypatch.setattr(jobs, "last_heartbeat", lambda: timezone.now() - factories.datetime.timedelta(seconds=5))
    status, found = lines(said)
    assert status == 0
    assert [line[0] for line in found] == ["✓"] * 10
    assert found[5:] == [
        "✓ the schema is this version's",
        "✓ a worker was heard of 5 seconds ago",
        "✓ no message waits to be read",
        "✓ no answer failed",
        "✓ mail goes out by mail.example.com:587",
    ]


def test_what_wants_a_look_says_what_to_do(said: Run, app_channel: ChannelAccount, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    receive(account=app_channel, messages=[factories.inbound()])
    Message.objects.update(received_at=factories.ago(hours=3))
    Delivery.objects.create(
        workspace=app_channel.workspace, account=app_channel, recipient="u", recipient_member_id=app_channel.id,
        purpose="reply", text="x", state="failed",
    )  # fmt: skip
    status, found = lines(said)
    assert status == 0
    assert found[6:] == [
        "! no worker is running → start one: huixiang worker (huixiang up starts all)",
        "! the oldest unread message waits for 3 hours → is a worker running? with a large import this is normal",
        "! 1 answers failed or may have → see Channels in the desk, and send them again",
        "! no mail server is set → set HUIXIANG_SMTP_HOST to answer by e-mail and reset passwords",
    ]


def test_pending_migrations_end_it(said: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "pending", lambda: 3)
    status, found = lines(said)
    assert (status, found[-1]) == (1, "✗ 3 migrations are pending → run: huixiang migrate")


@pytest.mark.parametrize(("free", "mark"), [(0.1, "✗"), (1.0, "!"), (50.0, "✓")])
def test_the_disk(said: Run, monkeypatch: pytest.MonkeyPatch, free: float, mark: str) -> None:
    usage = type("Usage", (), {"free": int(free * doctor.GIGABYTE)})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: usage)
    status, found = lines(said)
    assert (found[1][0], status) == (mark, 1 if mark == "✗" else 0)


def test_a_secret_others_can_read(said: Run) -> None:
    secret = places.data_dir() / "secret.key"
    secret.write_text("x", encoding="utf-8")
    secret.chmod(0o644)
    try:
        assert lines(said)[1][1] == f"✗ {secret} can be read by others → chmod 600 {secret}"
    finally:
        secret.unlink()


def test_models_that_fail_are_a_finding(said: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from huixiang.engine import pipeline  # noqa: PLC0415

    def broken(_texts: object) -> None:
        raise ValueError("damaged file")

    monkeypatch.setattr(pipeline, "read", broken)
    status, found = lines(said)
    assert (status, found[2]) == (1, "✗ the models could not be checked: ValueError: damaged file")


@pytest.mark.process
def test_a_database_out_of_reach_is_told_in_words(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "huixiang.cli.main", "doctor"],
        env=os.environ
        | {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
        | {"HUIXIANG_DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("✗ the database cannot be used → see the sentence above")
    assert ended.stderr.startswith("huixiang: The database cannot be reached:")
