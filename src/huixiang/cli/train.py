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
    parser.add_argument("--without", metavar="CATEGORY", default="", help="leave this category of reviews out (cat)")
    parser.add_argument("--report", action="store_true", help="print cross-validated figures, write nothing")


def run(args: argparse.Namespace) -> int:
    """Train and write the model files, or print the report; returns the exit status."""
    if args.workspace:
        return _of_workspace(args.workspace)
    problem = _unusable(args.data)
    if problem:
        print(f"huixiang train: {problem}", file=sys.stderr)
        return 2
    try:
        return _of_data(args.data, args.without, report=args.report)
    except ModuleNotFoundError as missing:
        print(f"huixiang train: {missing.name} is not installed; run `make setup` first.", file=sys.stderr)
        return 1
    except ValueError as problem_found:
        print(f"huixiang train: {problem_found}", file=sys.stderr)
        return 2


def _unusable(data: Path | None) -> str:
    if data is None:
        return "give --data DIR, or --workspace W to learn from corrections."
    return "" if (data / "triage_gold.csv").is_file() else f"there is no triage_gold.csv in {data}."


def _of_data(data: Path, without: str, *, report: bool) -> int:
    from huixiang.engine.training import publishing, replay  # noqa: PLC0415 - needs the development tools
    from huixiang.engine.training import report as reports  # noqa: PLC0415

    trained = publishing.train(data, without)
    if report:
        for line in reports.of(trained, data):
            print(line, flush=True)
        return 0
    publishing.publish(trained)
    replay.publish(trained)
    print(f"Wrote {publishing.MODELS} ({publishing.VERSION}).")
    return 0


def _of_workspace(slug: str) -> int:
    django_start.start()
    from huixiang.cli import learning  # noqa: PLC0415 - Django must be set up first

    return learning.run(slug)
