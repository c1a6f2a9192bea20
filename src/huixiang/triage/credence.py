"""How far a feedback can be relied on: what its text shows, and what stands behind it. Every point has its reason.

A low figure hides nothing and refuses nobody. It lowers what the decision table makes of it, and it has evidence
asked for, which is what an honest person has.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from huixiang.engine.reading import Reading
from huixiang.feedback.models import Feedback, Kind
from huixiang.members.models import Member, Tier
from huixiang.triage.background import Burst, Record
from huixiang.triage.copies import Copied
from huixiang.triage.dials import Dial
from huixiang.triage.wording import Part, tell

TRUSTED_REPORTS = 5
PROVED = 15  # for that many proved reports and more; fewer count in proportion
KNOWN = 5
KNOWN_FOR, KNOWN_BY = datetime.timedelta(days=180), 3  # days here and reports told: an old acquaintance
WRONG = 8  # for each earlier report that turned out wrong
MOST_WRONG = 24
FILES = 12
LINK = 4
COPIES = ((5, 40), (3, 30), (2, 10))  # people who said the same, and what it takes off: two may be one person's phones
BURST = 20
TWO_VERSIONS = 10
BOTH_WAYS = 8
SUSPECT = 3  # people who said the same from which on evidence is asked for
ASKING = frozenset({"copies", "near_copies", "burst", "two_versions"})


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind one feedback."""

    record: Record = field(default_factory=Record)
    copied: Copied | None = None
    burst: Burst | None = None
    files: int = 0
    link: bool = False


Point = tuple[int, Part]


def authenticity(reading: Reading, member: Member, feedback: Feedback, backing: Backing) -> Dial:
    """What the text itself shows, raised by proof and a record of true reports, lowered by what looks arranged."""
    points = [
        *_of_record(member, feedback, backing.record),
        *_of_proof(reading, backing),
        *company(backing),
        *_of_contradictions(feedback, backing.record),
    ]
    parts: tuple[Part, ...] = (("engine", {"sentence": reading.authenticity_reason}), *(part for _n, part in points))
    value = max(0, min(100, reading.authenticity + sum(number for number, _part in points)))
    quote = reading.facts.get("evidence") or reading.facts.get("version") or reading.facts.get("scene", "")
    return Dial(value, tell(parts).text, quote, parts)


def _of_record(member: Member, feedback: Feedback, record: Record) -> list[Point]:
    """Age and history. Of an anonymous member nothing is known, and nothing is held against them."""
    if member.anonymous:
        return []
    points: list[Point] = []
    proved = max(member.confirmed_count, record.proved)
    since = min(member.created_at, record.first_at or member.created_at)
    long_here = feedback.said_at - since >= KNOWN_FOR and record.number >= KNOWN_BY
    if proved:
        points.append((PROVED * min(proved, TRUSTED_REPORTS) // TRUSTED_REPORTS, ("earlier_true", {"count": proved})))
    if long_here or Tier(member.tier) in {Tier.KOC, Tier.CORE}:
        points.append((KNOWN, ("known", {"count": record.number})))
    if record.wrong:
        points.append((-min(MOST_WRONG, WRONG * record.wrong), ("earlier_wrong", {"count": record.wrong})))
    return points


def _of_proof(reading: Reading, backing: Backing) -> list[Point]:
    """Files that came along, and an address to look at; what the words tell is the engine's part."""
    points: list[Point] = []
    if backing.files:
        points.append((FILES, ("files", {"count": backing.files})))
    if backing.link and "evidence" not in reading.facts:
        points.append((LINK, ("link", {})))
    return points


def company(backing: Backing) -> list[Point]:
    """Others who say the very same, and a theme that mostly new accounts speak of. Oneself again is no copy."""
    points: list[Point] = []
    copied = backing.copied
    if copied and copied.people > 1:
        code = "copies" if copied.likeness == 100 else "near_copies"  # noqa: PLR2004 - per cent
        points.append((-_less(copied.people), (code, {"count": copied.people})))
    elif copied:
        points.append((0, ("repeats", {"count": copied.number})))
    if backing.burst:
        fresh = {"count": backing.burst.new, "people": backing.burst.people}
        points.append((-BURST, ("burst", fresh)))
    return points


def _less(people: int) -> int:
    return next((less for least, less in COPIES if people >= least), 0)


def taken_for_company(said: Sequence[Part]) -> int:
    """What was taken off a dial for the company it was in when it was judged."""
    copied = sum(_less(values["count"]) for code, values in said if code in {"copies", "near_copies"})
    return copied + sum(BURST for code, _values in said if code == "burst")


def _of_contradictions(feedback: Feedback, record: Record) -> list[Point]:
    """Only what is certain: two versions told of one matter, or one side praised and blamed, within a day."""
    points: list[Point] = []
    version = feedback.facts.get("version", "")
    if version and any(_differ(version, other) for other in record.versions):
        points.append((-TWO_VERSIONS, ("two_versions", {})))
    blamed = {one["name"] for one in feedback.aspects if one.get("sentiment") == -1}
    if feedback.kind in {Kind.DEFECT, Kind.COMPLAINT} and blamed & record.praised:
        points.append((-BOTH_WAYS, ("both_ways", {})))
    return points


def _differ(one: str, other: str) -> bool:
    """Two versions of the same form with other figures; “3.4” and “3.4.1” tell the same less exactly."""
    first, second = (_figures(words) for words in (one, other))
    return bool(first and second) and not (first.startswith(second) or second.startswith(first))


def _figures(version: str) -> str:
    """The figures of a version with their dots, the first such stretch."""
    signs = "".join(sign if sign.isdigit() or sign == "." else " " for sign in version).split()
    return next((word.strip(".") for word in signs if "." in word.strip(".")), "")


def asks_for_evidence(dial: Dial) -> bool:
    """Whether something about it looks arranged, so that a picture, a version or an order number is asked for."""
    return any(code in ASKING and values.get("count", SUSPECT) >= SUSPECT for code, values in dial.said)


def arranged(dial: Dial) -> bool:
    """Whether it is taken for part of a campaign: said by SUSPECT people or more, or by a burst of new accounts."""
    return any(
        code == "burst" or (code in {"copies", "near_copies"} and values.get("count", 0) >= SUSPECT)
        for code, values in dial.said
    )
