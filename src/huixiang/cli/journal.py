"""`huixiang journal`: whether what was written still stands as it was."""

import argparse
import sys
import uuid

from huixiang.cli import django_start

HELP = "Verify the journal's hash chains"
SHOWN_FAULTS = 20
FAILED, WRONG = 1, 2


def configure(parser: argparse.ArgumentParser) -> None:
    """One verb."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify")
    verify = verbs.add_parser("verify", help="seal what is ripe, then recompute every chain")
    verify.add_argument("--workspace", metavar="W", help="this workspace only")


def run(args: argparse.Namespace) -> int:
    """One line a workspace; 1 when a chain has a fault."""
    django_start.start()
    from huixiang.workspaces.queries import every_workspace  # noqa: PLC0415 - Django must be set up first

    found = [one for one in every_workspace() if args.workspace in {None, one.slug}]
    if args.workspace and not found:
        print(f"huixiang journal: there is no workspace “{args.workspace}”.", file=sys.stderr)
        return WRONG
    whole = [_verify(workspace.slug, workspace.id) for workspace in found]
    return 0 if all(whole) else FAILED


def _verify(slug: str, workspace_id: uuid.UUID) -> bool:
    from huixiang.journal import sealing  # noqa: PLC0415 - Django must be set up first

    while sealing.seal(workspace_id) == sealing.BATCH:
        pass
    verdict = sealing.verify(workspace_id)
    waiting = f", {verdict.waiting} not sealed yet" if verdict.waiting else ""
    if not verdict.faults:
        print(f"✓ {slug}: {verdict.links} links, whole{waiting}")
        return True
    more = len(verdict.faults) - SHOWN_FAULTS
    print(
        f"✗ {slug}: {verdict.links} links{waiting}: "
        + "; ".join(verdict.faults[:SHOWN_FAULTS])
        + (f"; and {more} more" if more > 0 else "")
    )
    return False
