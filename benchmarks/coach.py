"""How well the coach reads drafts: precision and recall of each label over the labelled examples, and its time.

Usage: python benchmarks/coach.py [--half even|odd|all|blind] [--language zh|en] [--wrong LABEL] [--times 200] [--desk]
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # its neighbours, from wherever it is started
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))  # the labelled examples stand with the tests

import httpx
from tests.engine.coach.labelled import (
    FAULTS,
    HALVES,
    LABELS,
    Example,
    Score,
    accused,
    blind,
    examples,
    found_in,
    scores,
)

from huixiang.engine.coach.reading import advise
from huixiang.engine.coach.rules import LANGUAGES

AT_ONCE = 24  # of the wrong ones, named in a row
WARM_UP = 20


def rows(table: dict[str, Score]) -> Iterator[list[str]]:
    """A row a label: how many, precision, recall, the numbers of those it gets wrong."""
    for label, one in table.items():
        wrong = [f"+{number}" for number in one.false] + [f"-{number}" for number in one.missed]
        there = str(one.hits + len(one.missed))
        yield [label, there, f"{one.precision:.2f}", f"{one.recall:.2f}", " ".join(wrong[:AT_ONCE])]


def spread(found: Sequence[float]) -> str:
    """Median and 95th percentile of times in seconds, in ms."""
    middle, high = statistics.median(found), statistics.quantiles(found, n=20)[18]
    return f"median {middle * 1000:.2f} ms, 95th percentile {high * 1000:.2f} ms"


def timed(act: Callable[[Example], object], of: Sequence[Example], times: int) -> str:
    """How long something takes with one example after the other."""
    found = []
    for turn in range(WARM_UP + times):
        started = time.perf_counter()
        act(of[turn % len(of)])
        found.append(time.perf_counter() - started)
    return spread(found[WARM_UP:])


def show_wrong(of: Iterable[Example], label: str) -> None:
    """Print each example that label is read wrongly of."""
    for one in of:
        found = found_in(one)
        if (label in found) != (label in one.labels):
            findings = advise(one.draft, one.said, public=one.public).findings
            words = [finding.words for finding in findings if finding.fault == label]
            print(f"{'+' if label in found else '-'}{one.number} {label} {words}\n  {one.said}\n  {one.draft}\n")


def ask_desk(of: Sequence[Example], times: int) -> str:
    """How long the desk's own web process takes to answer with the advice, of a case with what its member said."""
    import community
    import ground
    import pages
    import serving

    with ground.database():
        from huixiang.cases.models import Case

        app, portal, _key, session = pages.prepared()
        community.grow(app, portal, 200)
        case = str(Case.objects.values_list("id", flat=True)[0])
        with serving.web() as address, httpx.Client(base_url=address, timeout=30) as client:
            client.cookies.set("sessionid", session)
            client.get(f"/w/{pages.SLUG}/cases/{case}/").raise_for_status()
            token = client.cookies["csrftoken"]

            def ask(one: Example) -> None:
                said = {"text": one.draft, "lane": "public" if one.public else "private", "case": case}
                answer = client.post(f"/w/{pages.SLUG}/coach/", data=said, headers={"X-CSRFToken": token})
                answer.raise_for_status()

            return timed(ask, of, times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=[*HALVES, "blind"], default="all", help="blind: of faults only")
    parser.add_argument("--language", choices=LANGUAGES, help="only this one")
    parser.add_argument("--wrong", help="show the examples this label is read wrongly of")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--desk", action="store_true", help="the time of the desk's answer, too")
    args = parser.parse_args()
    for language in [args.language] if args.language else LANGUAGES:
        of = blind(language) if args.half == "blind" else examples(language, args.half)
        if args.wrong:
            show_wrong(of, args.wrong)
            continue
        print(f"\n{language}: {len(of)} examples ({args.half}); number, precision, recall, + wrongly found, - missed")
        for row in rows(scores(of, FAULTS if args.half == "blind" else LABELS)):
            print("{:<13} {:>4} {:>6} {:>6}  {}".format(*row))
        wrongly, good = accused(of)
        print(f"faultless, a fault found all the same: {len(wrongly)} of {good}")
        reading = timed(lambda one: advise(one.draft, one.said, public=one.public), of, args.times)
        print(f"one reading: {reading}")
    if args.desk:
        print(f"\nthe desk's answer: {ask_desk(examples('zh'), args.times)}")


if __name__ == "__main__":
    main()
