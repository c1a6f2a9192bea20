"""The coach beside the composer: what a draft does well, what it lacks and what would hurt, as it is written."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from huixiang.cases.asking import question_for
from huixiang.cases.detail_marks import DetailKey
from huixiang.cases.models import Case
from huixiang.cases.red_lines import RedLine, held_lines
from huixiang.cases.states import Direction, Lane
from huixiang.channels.contracts import connectors
from huixiang.channels.windows import parts_of
from huixiang.desk import access
from huixiang.engine.coach.reading import LONGEST, Advice, Finding, advise, hints
from huixiang.engine.coach.rules import Fault, Merit
from huixiang.feedback.models import Feedback
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

HEARD: Final = 3  # of the member's words, the latest are what a draft answers
FIRST: Final = frozenset({Merit.THANKED, Merit.APOLOGISED, Merit.NAMED})  # what an answer begins with

MERITS: Final[dict[str, tuple[Promise, Promise]]] = {
    Merit.THANKED: (pgettext_lazy("merit", "Thanks"), _("Thank them for telling you.")),
    Merit.APOLOGISED: (
        pgettext_lazy("merit", "Apology or sympathy"), _("Say that you are sorry, or that you see how it feels."),
    ),
    Merit.NAMED: (pgettext_lazy("merit", "What was understood"), _("Say in their words what happened to them.")),
    Merit.ASKED: (pgettext_lazy("merit", "A question for details"), _("Ask for one thing that is missing.")),
    Merit.PROMISED: (pgettext_lazy("merit", "Who does what until when"), _("Name who does what, and until when.")),
}  # fmt: skip
FAULTS: Final[dict[str, Promise]] = {
    Fault.ARGUES: pgettext_lazy("fault", "Argues"),
    Fault.BLAMES: pgettext_lazy("fault", "Blames"),
    Fault.BELITTLES: pgettext_lazy("fault", "Belittles"),
    Fault.THREATENS: pgettext_lazy("fault", "Threatens"),
    Fault.FOBS_OFF: pgettext_lazy("fault", "Fobs off"),
    Fault.OVERPROMISES: pgettext_lazy("fault", "Promises too much"),
    Fault.EXPOSES: pgettext_lazy("fault", "Personal data in public"),
    Fault.ROBOTIC: pgettext_lazy("fault", "Sounds like a machine"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One merit: the words that show it, or what to add and a sentence to begin with."""

    label: Promise
    words: str
    hint: Promise
    sentence: str
    place: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding; places are counted as browsers count, in UTF-16 units. `holds`: sending would be held back."""

    fault: str
    label: Promise
    words: str
    better: str
    start: int
    end: int
    at: int
    until: int
    holds: bool


@access.verb(Permission.REPLY)
def read(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Read the draft of an answer; nothing is kept. `case`: the one it answers, none for other words to members."""
    draft, lane = request.POST.get("text", "")[:LONGEST], request.POST.get("lane", "")
    if lane == Lane.INTERNAL:
        return access.part(request, membership, "desk/cases/coach.html", silent=True)
    said, missing = _heard(membership, request.POST.get("case", ""))
    advice = advise(draft, said, public=lane == Lane.PUBLIC)
    held = held_lines(membership.workspace)
    context: dict[str, Any] = {
        "score": advice.score if draft.strip() else None,
        "left": _number(request.POST.get("left", "")),
        "counted": [(_counted(name), points) for name, points in advice.counted],
        "lacks": pgettext("merits", ", ").join(str(MERITS[merit][0]) for merit in advice.missing),
        "checks": _checks(advice, draft, said, missing),
        "parts": _parts(request.POST.get("text", ""), request.POST.get("way", "")),
        "remarks": sorted((remark(draft, one, held) for one in advice.findings), key=lambda one: not one.holds),
    }
    return access.part(request, membership, "desk/cases/coach.html", **context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None  # noqa: PLR2004 - so many digits


def _parts(text: str, way: str) -> int:
    """How many messages the draft goes out as by this kind of channel; 1 where nobody said which."""
    return parts_of(text, way) if way in connectors() else 1


def _heard(membership: Membership, case_id: str) -> tuple[str, list[str]]:
    """What the member said last, and what to ask for of what nobody has told yet. Three statements."""
    try:
        wanted = uuid.UUID(case_id)
    except ValueError:
        return "", []
    cases = Case.objects.filter(workspace_id=membership.workspace_id, id=wanted).only("id", "workspace_id")
    case = access.found(cases.first())
    inbound = case.turns.filter(direction=Direction.INBOUND).order_by("-at", "-id")
    said = "\n".join(inbound.values_list("text", flat=True)[:HEARD])
    about = Feedback.objects.filter(workspace_id=case.workspace_id, case_id=case.id)
    rows = list(about.defer("embedding", "text").order_by("id"))
    told = {name for row in rows for name, text in row.facts.items() if text}
    missing = [key for key in DetailKey.values if key not in told and any(key in row.missing for row in rows)]
    return said, [question_for(key, case_id=case.id, feedbacks=rows).text for key in missing[:1]]


def _checks(advice: Advice, draft: str, said: str, missing: list[str]) -> list[Check]:
    sentences = dict(hints(draft, said))
    if missing:
        sentences[Merit.ASKED] = missing[0]
    return [
        Check(MERITS[merit][0], words, MERITS[merit][1], sentences[merit], "start" if merit in FIRST else "end")
        for merit, words in advice.merits.items()
    ]


def remark(draft: str, one: Finding, held: list[RedLine]) -> Remark:
    """A finding as the page shows it; `held`: the lines that hold in the workspace."""
    start, end, at, until = (_units(draft[:place]) for place in (one.start, one.end, one.at, one.until))
    holds = str(one.fault) in held
    return Remark(one.fault, FAULTS[one.fault], draft[one.start : one.end], one.better, start, end, at, until, holds)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _counted(name: str) -> Promise:
    if name in MERITS:
        return MERITS[name][0]
    return FAULTS.get(name, pgettext_lazy("score", "To begin with"))
