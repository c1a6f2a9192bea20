"""`huixiang workspace`: brands' spaces."""

import argparse
import secrets
import sys
from pathlib import Path

from huixiang.cli import django_start

HELP = "Create or list workspaces"
FAILED, WRONG = 1, 2
ACCOUNTS = ("portal", "import", "email")  # slug and kind alike
LONGEST_SLUG, LONGEST_NAME = 60, 80


def configure(parser: argparse.ArgumentParser) -> None:
    """Two verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | list")
    create = verbs.add_parser("create", help="open a workspace with its portal, files and e-mail channels")
    create.add_argument("slug", metavar="SLUG", help="its word in addresses: letters, digits, - and _")
    create.add_argument("--name", required=True, help="the brand's name")
    create.add_argument("--owner", metavar="EMAIL", help="who owns it; a login is made when there is none")
    create.add_argument("--password-file", type=Path, metavar="F", help="the new login's password; else one is made")
    create.add_argument("--language", choices=("zh", "en"), help="of the playbooks it begins with; zh when left out")
    verbs.add_parser("list", help="show the workspaces")


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    django_start.start()
    return {"create": _create, "list": _list}[args.verb](args)


def _list(_args: argparse.Namespace) -> int:
    from huixiang.workspaces.queries import every_workspace, team  # noqa: PLC0415 - Django must be set up first

    for workspace in every_workspace():
        owners = ", ".join(one.user.email for one in team(workspace) if one.role == "owner")
        print(f"{workspace.slug}  {workspace.name}  {owners}".rstrip())
    return 0


class _Wrong(Exception):  # noqa: N818 - how the command was used, in words
    """The command was used wrongly."""


def _create(args: argparse.Namespace) -> int:
    try:
        _check(args)
        password = _password(args)
    except _Wrong as error:
        print(f"huixiang workspace: {error}", file=sys.stderr)
        return WRONG
    made = _make(args, password)
    print(f"Opened {args.slug}: desk /w/{args.slug}/inbox/, community /c/{args.slug}/.")
    if made and not args.password_file:
        print(f"Login: {args.owner}  password (shown this once): {password}")
    return 0


def _check(args: argparse.Namespace) -> None:
    from django.core.exceptions import ValidationError  # noqa: PLC0415 - Django must be set up first
    from django.core.validators import validate_email, validate_slug  # noqa: PLC0415

    from huixiang.workspaces.queries import workspace_by_slug  # noqa: PLC0415

    try:
        validate_slug(args.slug)
    except ValidationError as error:
        raise _Wrong(f"“{args.slug}” cannot stand in an address: letters, digits, - and _ only.") from error
    try:
        validate_email(args.owner or "nobody@example.com")
    except ValidationError as error:
        raise _Wrong(f"“{args.owner}” is not an e-mail address.") from error
    if len(args.slug) > LONGEST_SLUG or not 0 < len(args.name.strip()) <= LONGEST_NAME:
        raise _Wrong(f"SLUG has 1 to {LONGEST_SLUG} characters, NAME 1 to {LONGEST_NAME}.")
    if workspace_by_slug(args.slug):
        raise _Wrong(f"there is a workspace “{args.slug}” already.")


def _password(args: argparse.Namespace) -> str:
    """The file's first line, held to the same rules as everybody's; else one of our making."""
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415 - Django must be set up
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    if not args.password_file:
        return secrets.token_urlsafe(12)
    try:
        given = args.password_file.read_text(encoding="utf-8").partition("\n")[0].strip()
        validate_password(given)
    except (OSError, UnicodeDecodeError) as error:
        raise _Wrong(f"{args.password_file} cannot be read: {error}.") from error
    except ValidationError as error:
        raise _Wrong("the password will not do: " + " ".join(error.messages)) from error
    return str(given)


def _make(args: argparse.Namespace, password: str) -> bool:
    """Workspace, channels and owner, all or nothing; returns whether a login was made."""
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from huixiang.channels.actions import open_account  # noqa: PLC0415
    from huixiang.channels.contracts import kinds  # noqa: PLC0415
    from huixiang.playbooks.shipped import furnish  # noqa: PLC0415
    from huixiang.workspaces.actions import create_workspace, join_team  # noqa: PLC0415
    from huixiang.workspaces.models import User  # noqa: PLC0415
    from huixiang.workspaces.queries import user_by_email  # noqa: PLC0415

    with transaction.atomic():
        workspace = create_workspace(slug=args.slug, name=args.name.strip())
        furnish(workspace=workspace, language=args.language or "")
        for kind in ACCOUNTS:
            open_account(workspace=workspace, slug=kind, kind=kind, name=str(kinds()[kind]))
        if not args.owner:
            return False
        known = user_by_email(args.owner)
        user = known or User.objects.create_user(args.owner, password)
        join_team(workspace=workspace, user=user, role="owner")
    return known is None
