"""`huixiang train`: make the engine's model files from the data beside the project."""

import argparse
import sys
from pathlib import Path

from huixiang.cli import django_start

HELP = "Train the engine's models from a folder of labelled data (needs scikit-learn)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, help="folder with triage_gold.csv and the other sources")
    parser.add_argument(
        "--workspace", metavar="W", help="make a candidate from this workspace's corrections instead (slug)"
    )
    parser.add_argument("--report", action="store_true", help="print cross-validated figures, write nothing")


def run(args: argparse.Namespace) -> int:
    """Train and write the model files, or print the report; returns the exit status."""
    if args.workspace:
        return _of_workspace(args.workspace)
    if args.data is None:
        print("huixiang train: give --data DIR, or --workspace W to learn from corrections.", file=sys.stderr)
        return 2
    if not (args.data / "triage_gold.csv").is_file():
        print(f"huixiang train: there is no triage_gold.csv in {args.data}.", file=sys.stderr)
        return 2
    try:
        from huixiang.engine.training import publishing, report  # noqa: PLC0415 - needs the development tools
    except ModuleNotFoundError as missing:
        print(f"huixiang train: {missing.name} is not installed; run `make setup` first.", file=sys.stderr)
        return 1
    trained = publishing.train(args.data)
    if args.report:
        for line in report.of(trained, args.data):
            print(line, flush=True)
        return 0
    publishing.publish(trained)
    print(f"Wrote {publishing.MODELS} ({publishing.VERSION}).")
    return 0


def _of_workspace(slug: str) -> int:
    django_start.start()
    from huixiang.cli import learning  # noqa: PLC0415 - Django must be set up first

    return learning.run(slug)
