"""`huixiang apikey`: keys for programs."""

import argparse
import sys
import uuid

from huixiang.cli import django_start

HELP = "Create, list or revoke API keys"
SCOPES = (
    "ingest", "read", "deliver", "personal", "feedback:write", "cases:write", "themes:write", "members:write",
    "announcements:write",
)  # fmt: skip
FAILED, WRONG = 1, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Three verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list | revoke")
    create = verbs.add_parser("create", help="make a key and print it, this once")
    create.add_argument("--workspace", required=True, metavar="W", help="slug of the workspace")
    create.add_argument("--scope", required=True, type=_scopes, help=f"any of {','.join(SCOPES)}, separated by commas")
    create.add_argument("--name", default="", help="what it is for")
    create.add_argument("--acts-for", metavar="EMAIL", help="of the team: in whose name it changes things")
    listing = verbs.add_parser("list", help="show the keys, never their secrets")
    listing.add_argument("--workspace", metavar="W", help="of this workspace only")
    revoke = verbs.add_parser("revoke", help="end a key at once")
    revoke.add_argument("id", type=_id, metavar="ID", help="as `huixiang apikey list` shows it")


def _scopes(written: str) -> list[str]:
    scopes = list(dict.fromkeys(word.strip() for word in written.split(",") if word.strip()))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise argparse.ArgumentTypeError(f"“{written}”: the scopes are {', '.join(SCOPES)}")
    return scopes


def _id(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{written}” is not a key's id; see `huixiang apikey list`") from error


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    django_start.start()
    return {"create": _create, "list": _list, "revoke": _revoke}[args.verb](args)


def _create(args: argparse.Namespace) -> int:
    from huixiang.journal.events import SYSTEM  # noqa: PLC0415 - Django must be set up first
    from huixiang.kernel.errors import Refused  # noqa: PLC0415
    from huixiang.workspaces.actions import create_api_key  # noqa: PLC0415
    from huixiang.workspaces.queries import every_workspace, team, workspace_by_slug  # noqa: PLC0415

    workspace = workspace_by_slug(args.workspace)
    if workspace is None:
        known = ", ".join(one.slug for one in every_workspace()) or "none yet"
        print(f"huixiang apikey: there is no workspace “{args.workspace}”. Known are: {known}.", file=sys.stderr)
        return WRONG
    acts_for = next((one for one in team(workspace) if one.user.email == args.acts_for), None)
    if acts_for is None and (args.acts_for or any(scope.endswith(":write") for scope in args.scope)):
        print("huixiang apikey: a key that changes things needs --acts-for EMAIL of the team.", file=sys.stderr)
        return WRONG
    try:
        key, secret = create_api_key(
            workspace=workspace, scopes=args.scope, name=args.name, acts_for=acts_for, actor=SYSTEM
        )
    except Refused:
        print("huixiang apikey: “personal” needs --acts-for EMAIL of somebody who may see it.", file=sys.stderr)
        return WRONG
    print(secret)
    print(f"Keep it well: it is not shown again. Its id is {key.id}.", file=sys.stderr)
    return 0


def _list(args: argparse.Namespace) -> int:
    from huixiang.workspaces.queries import api_keys, every_workspace  # noqa: PLC0415 - Django must be set up first

    found = [one for one in every_workspace() if args.workspace in {None, one.slug}]
    if args.workspace and not found:
        print(f"huixiang apikey: there is no workspace “{args.workspace}”.", file=sys.stderr)
        return WRONG
    for workspace in found:
        for key in api_keys(workspace):
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else used
            cells = [str(key.id), workspace.slug, f"{key.shown_prefix}…", ",".join(key.scopes), state, key.name]
            print("  ".join(cells).rstrip())
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from huixiang.journal.events import SYSTEM  # noqa: PLC0415 - Django must be set up first
    from huixiang.workspaces.actions import revoke_api_key  # noqa: PLC0415
    from huixiang.workspaces.queries import api_key_by_id  # noqa: PLC0415

    key = api_key_by_id(args.id)
    if key is None or not revoke_api_key(workspace=key.workspace, key_id=key.id, actor=SYSTEM):
        print("huixiang apikey: there is no live key of this id; see `huixiang apikey list`.", file=sys.stderr)
        return FAILED
    print(f"Revoked {key.shown_prefix}… of {key.workspace.slug}.")
    return 0
