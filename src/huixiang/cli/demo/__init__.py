"""`huixiang demo`: three communities at work for eight weeks, told through the product's own verbs.

A car brand, a tea shop and an online course, one file each. Nothing is written past the verbs: messages come in by
intake, are read by the pipeline, corrected, answered, resolved and announced; only the clock is set to when each thing
happened, and mail goes to the story's own server.
"""

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from huixiang.cli import django_start
from huixiang.kernel import places

HELP = "Load the demo communities into a database that has no workspace yet"
TRUE_WORDS = {"1", "true", "yes", "on"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    parser.set_defaults(unused=None)


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command is given its arguments
    """Load it, or say why not."""
    django_start.start()
    if not _load():
        print("There is a workspace already: the demo communities are only for an empty database.", file=sys.stderr)
        return 1
    print("\n".join(welcome("")))
    return 0


def load_if_empty() -> None:
    """On a first start, unless HUIXIANG_DEMO=0."""
    if os.environ.get("HUIXIANG_DEMO", "1").lower() in TRUE_WORDS:
        _load()


def _load() -> bool:
    from huixiang.alerts import scanning  # noqa: PLC0415 - Django must be set up first
    from huixiang.cli.demo.story import tell  # noqa: PLC0415
    from huixiang.workspaces.models import Workspace  # noqa: PLC0415

    if Workspace.objects.exists():
        return False
    print("Loading the demo communities …", flush=True)
    started = time.monotonic()
    told = tell(password())
    for one in told:
        scanning.look(workspace_id=one.workspace.id)
    messages = sum(one.said for one in told)
    people = sum(len(one.members) for one in told)
    print(f"  {messages} messages of {people} people, in {time.monotonic() - started:.0f} seconds.", flush=True)
    return True


def _login_file() -> Path:
    return places.data_dir() / "demo-login"


def password() -> str:
    """The demo team's password: made once for this installation, readable by its owner alone."""
    path = _login_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(f"huixiang-{secrets.token_hex(4)}")
    return path.read_text(encoding="utf-8").strip()


def welcome(address: str) -> list[str]:
    """What to tell whoever just started: the demo login and what to do next, or how to begin without it."""
    from huixiang.workspaces.models import Workspace  # noqa: PLC0415 - Django must be set up first

    if Workspace.objects.filter(slug="demo").exists() and _login_file().exists():
        return [
            f"Demo login: zhixia@demo.huixiang.local  password: {password()}",
            f"Next: open {address}w/demo/inbox/ , answer the red case, resolve its theme and publish the announcement.",
            f"The community's side: {address}c/demo/",
            "The owner's login, same password: chengyu@demo.huixiang.local  (invites people, makes keys and webhooks)",
            f"Same login, two more communities: a tea shop {address}w/shanlan/ , a course {address}w/tingjian/",
        ]
    if not Workspace.objects.exists():
        return ["Next: huixiang workspace create my-brand --name 我的品牌 --owner you@example.com"]
    return []
