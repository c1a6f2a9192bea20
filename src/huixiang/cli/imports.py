"""`huixiang import`: a table, or a chat exported as text, into a channel, in this process."""

import argparse
import sys
from pathlib import Path

from huixiang.cli import django_start

HELP = "Import a CSV or XLSX file or a chat archive into a channel; safe to run again"
FIELDS = ("text", "time", "external_id", "author_id", "author_email", "author_name", "thread")


def configure(parser: argparse.ArgumentParser) -> None:
    """File, workspace, channel, and which column is what."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="CSV (UTF-8, UTF-16, GB18030), XLSX, or a chat as text or Telegram's JSON",
    )
    parser.add_argument("--workspace", required=True, metavar="W", help="slug of the workspace")
    parser.add_argument(
        "--channel", required=True, metavar="C", help="slug of the channel for imported files; made when missing"
    )
    parser.add_argument(
        "--map",
        type=_mapping,
        default={},
        metavar="FIELD=COLUMN,…",
        help=f"which column is what, e.g. text=内容,time=时间; fields: {', '.join(FIELDS)}; guessed when left out",
    )
    parser.add_argument(
        "--as", dest="read_as", default="", metavar="EXPORT", help="a known export or a mapping the team saved, by name"
    )
    parser.add_argument("--sort", choices=("table", "chat"), help="what the file is; found out when left out")
    parser.add_argument("--group", default="", metavar="NAME", help="of a chat: which group it is")
    parser.add_argument("--year", default="", metavar="YYYY", help="of a chat without years: when it begins")
    parser.add_argument("--month-first", action="store_true", help="of a chat: 5/1/2026 is the first of May")
    parser.add_argument("--report", type=Path, metavar="REFUSED.csv", help="write every refused row with its reason")
    parser.add_argument("--process", action="store_true", help="also read the messages here and say what they became")


def _mapping(written: str) -> dict[str, str]:
    mapping = {}
    for pair in written.split(","):
        field, sign, column = pair.partition("=")
        if not sign or field.strip() not in FIELDS or not column.strip():
            raise argparse.ArgumentTypeError(f"“{pair}” is not FIELD=COLUMN with a field of {', '.join(FIELDS)}")
        mapping[field.strip()] = column.strip()
    return mapping


def run(args: argparse.Namespace) -> int:
    """Import; 0 also with refused rows, 1 when nothing could be read, 2 when used wrongly."""
    if not args.file.is_file():
        print(f"huixiang import: there is no file {args.file}.", file=sys.stderr)
        return 1
    django_start.start()
    from huixiang.cli import importing  # noqa: PLC0415 - Django must be set up first

    return importing.run(args)
