"""How fast messages are read: the parts of the engine alone, and the whole pipeline with its database.

Usage: python benchmarks/pipeline.py [--texts 2000] [--embedded 300] [--whole 600]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground
import sentences

WARM_UP = 64


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=2_000, help="texts for gate and reading (default 2,000)")
    parser.add_argument("--embedded", type=int, default=300, help="texts to embed (default 300)")
    parser.add_argument("--whole", type=int, default=600, help="messages for the whole pipeline (default 600)")
    return parser.parse_args()


def engine(number: int = 2_000, embedded: int = 300) -> Iterator[tuple[str, str, str]]:
    """For each part of the engine: its name, how many texts, texts a second."""
    from huixiang.engine.embedder import embed
    from huixiang.engine.pipeline import gate, read

    texts = sentences.some(number)
    for name, work, given in (
        ("engine: gate", gate, texts),
        ("engine: read, everything but embeddings", read, texts),
        ("engine: embed", embed, texts[:embedded]),
    ):
        yield name, f"{len(given):,}", f"{ground.rate(work, given, WARM_UP):,.0f}"


def whole(messages: int = 600) -> tuple[str, str, str]:
    """The same of the whole: stored already; read, grouped, graded, routed, journalled. A warm-up batch comes first."""
    from huixiang.channels.actions import open_account
    from huixiang.feedback.models import Feedback
    from huixiang.triage.actions import process
    from huixiang.workspaces.actions import create_workspace

    workspace = create_workspace(slug="pipeline", name="基准")
    account = open_account(workspace=workspace, slug="app", kind="api", name="App")
    _store(account, sentences.some(WARM_UP, seed=2), "w")
    process(workspace_id=workspace.id)
    before = Feedback.objects.count()
    _store(account, sentences.some(messages), "m")
    with ground.Watch() as watch:
        number = process(workspace_id=workspace.id)
    found = Feedback.objects.count() - before
    return f"whole pipeline, {found:,} of them feedback", f"{number:,}", f"{number / watch.seconds:,.0f}"


def _store(account: Any, texts: Sequence[str], prefix: str) -> None:
    from django.utils import timezone

    from huixiang.channels.contracts import InboundMessage
    from huixiang.intake.actions import receive

    now = timezone.now()
    receive(
        account=account,
        messages=[
            InboundMessage(f"{prefix}-{place}", text, f"{prefix}-{place}", "车友", now, thread=f"t-{place}")
            for place, text in enumerate(texts)
        ],
    )


def main() -> None:
    """Measure and print one table."""
    args = _parsed()
    rows = list(engine(args.texts, args.embedded))
    with ground.database():
        rows.append(whole(args.whole))
    ground.table(["part", "texts", "texts/s"], rows)


if __name__ == "__main__":
    main()
