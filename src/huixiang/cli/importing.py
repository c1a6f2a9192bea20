"""The work of `huixiang import`, once Django stands."""

import argparse
import csv
import sys
import time
from pathlib import Path

from django.core.validators import validate_slug

from huixiang.channels.actions import open_account
from huixiang.channels.models import ChannelAccount
from huixiang.channels.queries import account_by_slug
from huixiang.feedback import queries as feedback
from huixiang.insights.exports.spreadsheet import harmless
from huixiang.intake.archives import opening
from huixiang.intake.imports import actions, choosing, mapping, reading, saved
from huixiang.intake.models import ImportRun
from huixiang.intake.queries import every_refusal, refusals, states_of_account
from huixiang.kernel.errors import Refused
from huixiang.themes.queries import themes_by_id
from huixiang.triage.actions import process
from huixiang.workspaces.models import Workspace
from huixiang.workspaces.queries import every_workspace, workspace_by_slug

SHOWN_REFUSALS = 10
SHOWN_THEMES = 10
LONGEST_SLUG = 60
LINE_EVERY = 10  # seconds, where the progress is not a terminal
FAILED, WRONG = 1, 2


class Wrong(Exception):  # noqa: N818 - how the command was used, in words
    """The command was used wrongly."""


def run(args: argparse.Namespace) -> int:
    """Import, print the summary, read the messages if asked."""
    try:
        chat = _is_chat(args)
        preview = None if chat else reading.preview(args.file)
    except Refused as error:
        return _say(str(error.sentence), FAILED)
    try:
        workspace = _workspace(args.workspace)
        chosen = _columns(args, workspace, preview) if preview else _settings(args)
        account = _account(workspace, args.channel)
        actions.end_cut_off(account=account, stored=args.file.resolve())
        begun = actions.note(
            workspace=workspace,
            account=account,
            stored=args.file.resolve(),
            file_name=args.file.name,
            mapping=chosen,
            by=None,
            chat=chat,
        )
    except (Wrong, Refused) as error:
        return _say(str(error), WRONG)
    return _take_through(begun, args)


def _say(sentence: str, status: int) -> int:
    print(f"huixiang import: {sentence}", file=sys.stderr)
    return status


def _workspace(slug: str) -> Workspace:
    found = workspace_by_slug(slug)
    if found is None:
        known = ", ".join(workspace.slug for workspace in every_workspace())
        raise Wrong(
            f"there is no workspace “{slug}”. Known are: {known}."
            if known
            else f"there is no workspace “{slug}”, nor any other: make one with `huixiang workspace create`."
        )
    return found


def _is_chat(args: argparse.Namespace) -> bool:
    """Whether the file is a chat: as was said, else as it looks. Raises Refused."""
    if args.sort:
        return bool(args.sort == "chat")
    found = opening.recognised(args.file, args.file.name)
    if found:
        print(f"A chat: {opening.LABELS[found.kind]}, group “{args.group or found.group}”", file=sys.stderr)
    return found is not None


def _settings(args: argparse.Namespace) -> dict[str, str]:
    given = {"group": args.group, "year": args.year, "order": "md" if args.month_first else ""}
    return {name: value for name, value in given.items() if value}


def _columns(args: argparse.Namespace, workspace: Workspace, preview: reading.Preview) -> dict[str, str]:
    """Which column is what: as said, by a name, else as it looks, which is printed. Raises Refused."""
    if args.map or args.read_as:
        return choosing.columns(workspace.id, preview, given=args.map, by=args.read_as)
    return mapping.checked(_guessed(workspace, preview), preview.columns)


def _guessed(workspace: Workspace, preview: reading.Preview) -> dict[str, str]:
    by, guessed = saved.proposed(workspace.id, preview.columns, preview.rows)
    own = saved.by_id(workspace_id=workspace.id, mapping_id=by)
    if by:
        print(f"Recognised: {own.name if own else by}", file=sys.stderr)
    pairs = ",".join(f"{field}={column}" for field, column in guessed.items())
    print(f"Columns guessed: {pairs or 'none'}", file=sys.stderr)
    return guessed


def _account(workspace: Workspace, slug: str) -> ChannelAccount:
    found = account_by_slug(workspace=workspace, slug=slug)
    if found:
        return found
    try:
        validate_slug(slug)
    except Exception as error:
        raise Wrong(f"“{slug}” cannot be a channel's slug: letters, digits, - and _ only.") from error
    if len(slug) > LONGEST_SLUG:
        raise Wrong(f"a channel's slug has at most {LONGEST_SLUG} characters.")
    return open_account(workspace=workspace, slug=slug, kind=actions.KIND, name=slug)


class Progress:
    """One line on stderr: kept up to date on a terminal, now and then otherwise."""

    def __init__(self, what: str) -> None:
        self.what, self.start, self.said = what, time.monotonic(), 0.0

    @property
    def seconds(self) -> float:
        """Since the start; never 0, so that one can divide by it."""
        return max(time.monotonic() - self.start, 1e-6)

    def tell(self, done: int, total: int) -> None:
        """How far it is."""
        line = f"{self.what}: {done:,} of {total:,} ({done / self.seconds:,.0f} a second)"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif self.seconds - self.said > LINE_EVERY:
            self.said = self.seconds
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _take_through(begun: ImportRun, args: argparse.Namespace) -> int:
    progress = Progress("Importing rows")
    try:
        done = actions.run(begun.id, lambda state: progress.tell(state.read, state.total))
    except Refused as error:
        return _say(str(error.sentence), FAILED)
    finally:
        progress.end()
    _summarise(done, progress.seconds)
    if args.report:
        _report(done, args.report)
    if args.process:
        _process(done)
    return 0


def _summarise(done: ImportRun, seconds: float) -> None:
    print(f"Rows       {done.read:>10,}")
    print(f"Stored     {done.stored:>10,}")
    print(f"Duplicate  {done.duplicate:>10,}")
    print(f"Refused    {done.refused:>10,}")
    if done.archive:
        print(f"Left out   {done.left_out:>10,}")
    print(f"Seconds    {seconds:>10,.1f}")
    print(f"Rows/s     {done.read / seconds:>10,.0f}")
    shown = refusals(run=done, limit=SHOWN_REFUSALS)
    if shown:
        print("Refused rows:" if done.refused <= len(shown) else f"The first {len(shown)} refused rows:")
    for refusal in shown:
        print(f"  row {refusal.row}: {refusal.reason}  {refusal.excerpt[:60]!r}")


def _report(done: ImportRun, path: Path) -> None:
    """Every refused row, as a file that spreadsheets read."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", "excerpt"])
        for refusal in every_refusal(run=done):
            writer.writerow([refusal.row, harmless(refusal.reason), harmless(refusal.excerpt)])
    print(f"Report     {path}")


def _process(done: ImportRun) -> None:
    """Read what is pending in the workspace here, without waiting for a worker."""
    progress = Progress("Reading messages")
    pending = states_of_account(account=done.account).get("pending", 0)
    read = process(workspace_id=done.workspace_id, on_progress=lambda number: progress.tell(number, pending))
    progress.end()
    print(f"Read       {read:>10,} messages in {progress.seconds:,.1f} s ({read / progress.seconds:,.0f} a second)")
    _tell_outcome(done.account)


def _tell_outcome(account: ChannelAccount) -> None:
    states, tally = states_of_account(account=account), feedback.tally(account=account)
    print(f"In the channel “{account.slug}”, all imports together:")
    print("  messages  " + ", ".join(f"{state} {number:,}" for state, number in sorted(states.items())))
    print(f"  feedback  {tally.feedback:,}")
    print(f"  cases     {tally.cases:,}")
    print(f"  themes    {len(tally.themes):,}")
    grades = ("red", "orange", "yellow", "blue", "")
    print("  grades    " + ", ".join(f"{grade or 'none'} {tally.grades.get(grade, 0):,}" for grade in grades))
    largest = list(tally.themes.items())[:SHOWN_THEMES]
    names = themes_by_id(workspace_id=account.workspace_id, ids=[theme_id for theme_id, _number in largest])
    for theme_id, number in largest:
        print(f"  {number:>6,}  {names[theme_id].name if theme_id in names else theme_id}")
