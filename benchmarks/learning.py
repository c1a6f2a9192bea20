"""What corrections are worth: a domain the base never saw, by the number of corrections; then the product's own models.

Usage: python benchmarks/learning.py --data DIR [--learned 40000] [--tested 8000] [--draws 5]
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground

CORRECTIONS = (25, 50, 100, 200, 400)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with cosmetics_aspects.csv and the others")
    parser.add_argument("--learned", type=int, default=40_000, help="reviews the base without cosmetics learns from")
    parser.add_argument("--tested", type=int, default=8_000, help="unseen reviews to see what it costs the base")
    parser.add_argument("--draws", type=int, default=5, help="how often other texts are corrected")
    return parser.parse_args()


def new_domain(args: argparse.Namespace) -> Iterator[str]:
    """By the number of corrections: cosmetics and base, before and after, in per cent, the mean of the draws."""
    from huixiang.engine.training import new_domain as domain

    prepared = domain.prepared(args.data, learned=args.learned, tested=args.tested)
    for number in CORRECTIONS:
        found = [domain.tried(prepared, corrections=number, draw=draw) for draw in range(args.draws)]
        before, after, base, base_after = (
            100 * np.mean([getattr(one, name) for one in found])
            for name in ("before", "after", "base_before", "base_after")
        )
        lowest = 100 * min(one.after - one.before for one in found)
        yield (
            f"{number:>4} corrections: cosmetics {before:.2f} → {after:.2f} ({after - before:+.2f}, the least of"
            f" {args.draws} draws {lowest:+.2f}), base {base:.2f} → {base_after:.2f} ({base_after - base:+.2f})"
        )


def own_models(args: argparse.Namespace) -> Iterator[str]:
    """The product's models, which know cosmetics: 200 corrections of them, and what it costs their own sample."""
    from huixiang.engine import MODEL_VERSION
    from huixiang.engine.learning import fitting, material, measuring, replayed
    from huixiang.engine.training import new_domain as domain

    known, sides = list(domain.cosmetics(args.data)), {"1": "1", "0": "-1"}
    order = np.random.default_rng(0).permutation(len(known))
    rows = [(known[at][0], {**known[at][1], "sentiment": sides[known[at][1]["polarity"]]}) for at in order]
    taught, unseen = rows[:200], rows[200:]
    replay = replayed.load()
    figures = material.material([text for text, _ in taught], [answers for _, answers in taught])
    with ground.Watch() as watch:
        adapter = fitting.fit(figures, replay.learned_from(), version="bench", base=MODEL_VERSION)
    yield f"learning from 200 corrections takes {watch.seconds:.1f} s, and {len(adapter.to_bytes()) / 1024:.0f} KiB"
    texts, answers = [text for text, _ in unseen], [answers for _, answers in unseen]
    for name, found in (
        ("cosmetics", measuring.on_texts(texts, answers, present=None, candidate=adapter)),
        ("replay", measuring.on_material(replay.measured_on(), present=None, candidate=adapter)),
    ):
        for one in found:
            low, high = one.gain_interval
            yield (
                f"{name:<10}{one.question:<10}{one.before / one.count:.4f} → {one.after / one.count:.4f}"
                f"  gain {one.gain:+.4f} [{low:+.4f}, {high:+.4f}]  n={one.count}"
            )


def main() -> None:
    """Print both."""
    args = _parsed()
    for part in (new_domain, own_models):
        for line in part(args):
            print(line, flush=True)


if __name__ == "__main__":
    main()
