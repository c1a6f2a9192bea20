"""Everything that is measured, in one run on one database and in one table, beside what peers reach.

Usage: python benchmarks/everything.py [--sizes 1000,10000,100000]

The peers' figures were taken on such a machine, with server, database and client on the same two cores.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started

import creates
import ground
import ingest
import pages
import pipeline

CLIENTS, SECONDS, TIMES = 8, 10, 40
PEERS = {
    "creates": "LogChimp 490/s, Quackback 74/s",
    "API: list of 20 feedbacks": "LogChimp 26 → 247 ms, Quackback 7 → 11 ms",
    "portal: board": "Quackback 34 → 264 ms",
}


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of feedbacks (default 1000,10000,100000)")
    return parser.parse_args()


def _speeds(columns: int) -> Iterator[list[str]]:
    """What does not depend on how much is there already: one figure a row."""
    rest = [""] * (columns - 1)
    for limited in (True, False):
        rate, middle, high = creates.measured(CLIENTS, SECONDS, limited=limited)
        name = f"single creates over HTTP, {CLIENTS} clients" + ("" if limited else ", no limit of calls")
        yield [
            name,
            f"{rate:,.0f}/s ({middle:.1f} ms, 95th {high:.1f})",
            *rest,
            "",
            PEERS["creates"] if limited else "",
        ]
    for way, many, single, ratio in ingest.rows():
        yield [f"taken in by {way}, batches of 1,000", f"{many}/s ({single}/s one by one, {ratio})", *rest, "", ""]
    for part, _number, rate in (*pipeline.engine(), pipeline.whole()):
        yield [part, f"{rate}/s", *rest, "", ""]


def main() -> None:
    """Measure and print one table."""
    sizes = [int(size) for size in _parsed().sizes.split(",")]
    with ground.database():
        table = list(_speeds(len(sizes)))
        grown = pages.rows(sizes, TIMES, lambda line: print(line, file=sys.stderr))
        table.extend([*row, PEERS.get(row[0], "")] for row in grown)
    heads = ["what, median ms (95th percentile) where nothing else is said", *(f"{size:,}" for size in sizes)]
    ground.table([*heads, "growth", "peers"], table)


if __name__ == "__main__":
    main()
