"""What holds an answer back until it is looked at again.

Places nobody filled in, private words where everybody would read them, and a public answer on a grave case by somebody
who may not send it alone. The first two ask once: whoever sends it all the same says so with the check's name in
`knowingly`. The third wants another person (see approving.py).
"""

import re
from collections.abc import Collection, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases.models import AnswerRule, Case, Turn
from huixiang.cases.pending import graver
from huixiang.cases.states import Direction, Lane
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission, holds

UNFILLED: Final = "unfilled"
QUOTED: Final = "quoted"
SHARED: Final = 12  # signs in a row that are no chance any more
SHARED_LATIN: Final = 24  # the same in letters: “thank you for your” is nobody's secret
EVERYBODY: Final = (Lane.PUBLIC, Lane.GROUP)
_PLACE: Final = re.compile(r"\{\{([^{}\n]{1,60})\}\}")
_SIGNS: Final = re.compile(r"\w", re.UNICODE)


class Unfilled(Refused):
    """Places of a template nobody filled in are still there; `places` are they, as written."""

    check = UNFILLED

    def __init__(self, places: Sequence[str]) -> None:
        listed = pgettext("numbers", ", ").join(places)
        super().__init__(_("These places are not filled in yet: %(places)s") % {"places": listed})
        self.places = tuple(places)


class Quoting(Refused):
    """What the member said in private stands in an answer for everybody; `words` are they."""

    check = QUOTED

    def __init__(self, words: Sequence[str]) -> None:
        listed = pgettext("numbers", ", ").join(pgettext("quote", "“%(words)s”") % {"words": one} for one in words)
        super().__init__(_("The member said this in private: %(words)s Everybody could read it.") % {"words": listed})
        self.words = tuple(words)


class NeedsApproval(Refused):
    """Everybody would read it, the case is grave, and the writer may not publish: somebody else has to say yes."""

    def __init__(self, grade: str) -> None:
        told = {"grade": Grade(grade).label}
        super().__init__(_("The case is %(grade)s: what everybody reads wants a second person's yes.") % told)


def places_in(text: str) -> list[str]:
    """The places of a template that are still in a text, each once."""
    return list(dict.fromkeys(match.group() for match in _PLACE.finditer(text)))


def hold(case: Case, text: str, *, lane: str, by: Membership, knowingly: Collection[str], approved: bool) -> None:
    """Raise what speaks against sending this answer, the first of Unfilled, Quoting, NeedsApproval; else nothing."""
    places = places_in(text)
    if places and UNFILLED not in knowingly:
        raise Unfilled(places)
    if lane not in EVERYBODY:
        return
    words = [] if QUOTED in knowingly else private_words_in(case, text)
    if words:
        raise Quoting(words)
    if not approved and wants_approval(case, by):
        raise NeedsApproval(case.grade)


def approval_grades(workspace: Workspace) -> list[str]:
    """The grades whose public answers want a second person."""
    rule = AnswerRule.objects.filter(workspace=workspace).first()
    return list(rule.approval_grades) if rule else graver()


def wants_approval(case: Case, by: Membership) -> bool:
    """Whether what this person says in public on this case waits for somebody's yes. One statement, or none."""
    return not holds(by, Permission.PUBLISH) and case.grade in approval_grades(by.workspace)


def private_words_in(case: Case, text: str) -> list[str]:
    """The words of an answer that the member said to us alone: the longest stretch of each message, as written."""
    said = Turn.objects.filter(case=case, direction=Direction.INBOUND, lane=Lane.PRIVATE)
    alone = said.exclude(conversation__private=False).values_list("text", flat=True)
    found = [words for one in alone if (words := shared(text, one))]
    return list(dict.fromkeys(found))


def shared(text: str, said: str) -> str:
    """The longest stretch both have in common, as it stands in `text`; "" when it is short enough to be chance.

    Spaces, punctuation and case do not count.
    """
    places = [at for at, sign in enumerate(text) if _SIGNS.match(sign)]
    mine = "".join(text[at].lower() for at in places)
    theirs = "".join(sign.lower() for sign in said if _SIGNS.match(sign))
    start, length = _longest(mine, theirs)
    stretch = mine[start : start + length]
    if length < (SHARED_LATIN if stretch.isascii() and not stretch.isdigit() else SHARED):
        return ""
    return text[places[start] : places[start + length - 1] + 1]


def _longest(mine: str, theirs: str) -> tuple[int, int]:
    """Where the longest common stretch begins in `mine`, and its length: by growing it from each place it can begin."""
    best = (0, 0)
    start = 0
    while start + best[1] < len(mine):
        length = best[1] + 1
        while start + length <= len(mine) and mine[start : start + length] in theirs:
            best = (start, length)
            length += 1
        start += 1
    return best
