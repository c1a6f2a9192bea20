"""The entry point: finds the command, loads its module, runs it."""

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "up": "Start everything: database, web, worker, lines",
    "web": "Serve the pages and the API",
    "worker": "Work off the queued jobs",
    "listen": "Hold the open lines to platforms that send by one",
    "migrate": "Bring the database to this version's schema",
    "demo": "Load the demo community into an empty database",
    "doctor": "Check database, extension, model, disk and worker, and say what to do",
    "workspace": "Create or list workspaces",
    "apikey": "Create, list or revoke API keys",
    "backup": "Write database, uploads and key into one file",
    "restore": "Bring back what a backup holds, or check it",
    "channel": "Connect, list, check, pause or resume channels",
    "import": "Import a CSV or XLSX file into a channel",
    "journal": "Verify the journal's hash chains",
    "triage": "Read texts with the engine alone: no database, no network",
    "train": "Train the engine's models, or learn from a workspace's corrections",
}

MODULES = {"import": "imports"}


def _parser(name: str) -> tuple[argparse.ArgumentParser, object]:
    module = importlib.import_module(f"huixiang.cli.{MODULES.get(name, name)}")
    parser = argparse.ArgumentParser(prog=f"huixiang {name}", description=module.HELP)
    module.configure(parser)
    return parser, module


def _overview() -> str:
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    return f"usage: huixiang COMMAND [options]\n\n{rows}\n\n`huixiang COMMAND --help` explains one."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status (0 done, 1 failed, 2 used wrongly)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0
    name = words[0]
    if name not in COMMANDS:
        print(f"huixiang: there is no command “{name}”.\n\n{_overview()}", file=sys.stderr)
        return 2
    parser, module = _parser(name)
    return int(module.run(parser.parse_args(words[1:])))  # type: ignore[attr-defined]


if __name__ == "__main__":
    raise SystemExit(main())
