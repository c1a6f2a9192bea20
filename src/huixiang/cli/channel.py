"""`huixiang channel`: connect and look after channels from the terminal."""

import argparse
import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from huixiang.cli import django_start

if TYPE_CHECKING:
    from huixiang.channels.models import ChannelAccount

HELP = "Connect, list, check, pause or resume channels"
FAILED, WRONG = 1, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="kinds | connect | list | check | pause | resume")
    verbs.add_parser("kinds", help="what can be connected, and the settings of each kind")
    connect = verbs.add_parser("connect", help="connect a channel; prints what to paste, as JSON")
    connect.add_argument("--workspace", required=True, metavar="W", help="slug of the workspace")
    connect.add_argument("--kind", required=True, help="as `huixiang channel kinds` names it")
    connect.add_argument("--name", required=True, help="what the team calls it")
    connect.add_argument("--slug", metavar="S", help="its own name in addresses; made up when not given")
    connect.add_argument("--settings", type=Path, metavar="FILE", help="a JSON object: setting → value; - for stdin")
    listing = verbs.add_parser("list", help="show the channels and how they do")
    listing.add_argument("--workspace", required=True, metavar="W", help="slug of the workspace")
    for name, words in (
        ("check", "ask the platform who we are to it"),
        ("pause", "send nothing through it; what comes in is taken"),
        ("resume", "send again, beginning with what waited"),
    ):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("id", type=uuid.UUID, metavar="ID", help="as `huixiang channel list` shows it")


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    django_start.start()
    verbs = {"kinds": _kinds, "connect": _connect, "list": _list, "check": _check, "pause": _pause, "resume": _resume}
    return verbs[args.verb](args)


def _wrong(sentence: str, status: int = WRONG) -> int:
    print(f"huixiang channel: {sentence}", file=sys.stderr)
    return status


def _kinds(_args: argparse.Namespace) -> int:
    from huixiang.channels.contracts import connectors  # noqa: PLC0415 - Django must be set up first

    for kind, by in connectors().items():
        print(f"{kind:<16} {by.label}")
        for setting in by.form:
            need = "" if setting.required and not setting.made else " (made for you)" if setting.made else " (optional)"
            print(f"    {setting.name:<16} {setting.label}{need}")
    return 0


def _connect(args: argparse.Namespace) -> int:
    from huixiang.channels.accounts import connect  # noqa: PLC0415 - Django must be set up first
    from huixiang.channels.contracts import connectors  # noqa: PLC0415
    from huixiang.kernel.errors import Refused  # noqa: PLC0415
    from huixiang.workspaces.queries import workspace_by_slug  # noqa: PLC0415

    workspace = workspace_by_slug(args.workspace)
    if workspace is None:
        return _wrong(f"there is no workspace “{args.workspace}”.")
    if args.kind not in connectors():
        return _wrong(f"there is no kind “{args.kind}”; see `huixiang channel kinds`.")
    try:
        account = connect(
            workspace=workspace, kind=args.kind, name=args.name, given=_settings(args.settings),
            slug=args.slug or f"{args.kind}-{uuid.uuid4().hex[:6]}".replace("_", "-"),
        )  # fmt: skip
    except Refused as refused:
        return _wrong("; ".join(refused.fields.values()) or str(refused.sentence))
    except ValueError as error:
        return _wrong(str(error))
    print(json.dumps(_told(account), ensure_ascii=False))
    return 0


def _settings(source: Path | None) -> dict[str, str]:
    """Raises ValueError in words."""
    if source is None:
        return {}
    text = sys.stdin.read() if str(source) == "-" else source.read_text(encoding="utf-8")
    try:
        read = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the settings are not JSON: {error}") from error
    if not isinstance(read, dict):
        raise ValueError("the settings are a JSON object: setting → value.")  # noqa: TRY004 - what was written
    return {str(name): str(value) for name, value in read.items()}


def _told(account: "ChannelAccount") -> dict[str, object]:
    from django.conf import settings  # noqa: PLC0415

    from huixiang.channels.contracts import connector  # noqa: PLC0415 - Django must be set up first

    address = f"{settings.PUBLIC_URL}/in/{account.kind}/{account.token}/"
    paste = connector(account.kind).to_paste(account, address)
    return {
        "id": str(account.id), "slug": account.slug, "address": address,
        "paste": {str(one.where): one.value for one in paste},
    }  # fmt: skip


def _list(args: argparse.Namespace) -> int:
    from huixiang.channels.accounts import health_of  # noqa: PLC0415 - Django must be set up first
    from huixiang.channels.queries import accounts  # noqa: PLC0415
    from huixiang.workspaces.queries import workspace_by_slug  # noqa: PLC0415

    workspace = workspace_by_slug(args.workspace)
    if workspace is None:
        return _wrong(f"there is no workspace “{args.workspace}”.")
    for account in accounts(workspace):
        health = health_of(account)
        came = f"last in {health.last_in_at:%Y-%m-%d %H:%M}" if health.last_in_at else "nothing in yet"
        state = f"paused: {account.paused_reason}" if account.paused_reason else health.error or came
        print("  ".join([str(account.id), account.kind, account.slug, account.name, state]))
    return 0


def _found(account_id: uuid.UUID) -> "ChannelAccount | None":
    from huixiang.channels.models import ChannelAccount  # noqa: PLC0415 - Django must be set up first

    return ChannelAccount.objects.filter(id=account_id).first()


def _check(args: argparse.Namespace) -> int:
    from huixiang.channels.contracts import TransportError, connector  # noqa: PLC0415 - Django must be set up first

    account = _found(args.id)
    if account is None:
        return _wrong("there is no such channel.", FAILED)
    try:
        print(connector(account.kind).check(account))
    except TransportError as error:
        return _wrong(error.sentence, FAILED)
    return 0


def _pause(args: argparse.Namespace) -> int:
    from huixiang.channels import accounts  # noqa: PLC0415 - Django must be set up first

    account = _found(args.id)
    if account is None:
        return _wrong("there is no such channel.", FAILED)
    accounts.pause(account=account, reason="paused from the terminal")
    return 0


def _resume(args: argparse.Namespace) -> int:
    from huixiang.channels import accounts  # noqa: PLC0415 - Django must be set up first
    from huixiang.journal.events import SYSTEM  # noqa: PLC0415

    account = _found(args.id)
    if account is None:
        return _wrong("there is no such channel.", FAILED)
    accounts.resume(account=account, actor=SYSTEM)
    return 0
