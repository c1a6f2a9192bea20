"""The coach under the announcement's editor: what of its text would hurt, and what an announcement should not lack."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from huixiang.announcements import queries
from huixiang.announcements.models import Announcement, Credit
from huixiang.announcements.queries import shown_name
from huixiang.announcements.red_lines import agreed, said
from huixiang.cases.red_lines import held_lines
from huixiang.desk import access
from huixiang.desk.announcements.checks import Check
from huixiang.desk.cases.coach import remark
from huixiang.engine.coach.reading import LONGEST, Finding, advise
from huixiang.engine.coach.rules import Fault
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

HURTING = frozenset({Fault.ARGUES, Fault.BLAMES, Fault.BELITTLES, Fault.THREATENS, Fault.FOBS_OFF})
QUOTED = 3  # of the words found, in a check


@access.verb(Permission.ANNOUNCE)
def read(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """Read one field of the text; nothing is kept. The answer is the findings, as for an answer's draft."""
    workspace = membership.workspace
    draft = queries.by_id(workspace_id=workspace.id, announcement_id=announcement_id)
    found: Announcement = access.found(draft)
    text, held = request.POST.get("text", "")[:LONGEST], held_lines(workspace)
    remarks = [remark(text, one, held) for one in findings(text, queries.credits_of(found))]
    remarks.sort(key=lambda one: not one.holds)
    return access.part(request, membership, "desk/announcements/coach.html", remarks=remarks, publishing=True)


def findings(text: str, credited: list[Credit]) -> list[Finding]:
    """What would hurt in public; the name of who agreed to be named would not."""
    names = agreed(credited)
    return [one for one in advise(text, public=True, answers=False).findings if one.words not in names]


def coach_checks(announcement: Announcement, credited: list[Credit]) -> list[Check]:
    """What a good announcement does and does not, computed from its text and its thanks."""
    found = findings(said(announcement), credited)
    return [
        _thanks(credited),
        _done(announcement),
        _without(found, {Fault.OVERPROMISES}, _("It promises nothing nobody can keep")),
        _without(found, {Fault.EXPOSES}, _("No personal data in it")),
        _without(found, {Fault.ROBOTIC}, _("It does not sound like a machine")),
        _without(found, HURTING, _("Nothing in it hurts anybody")),
    ]


def _thanks(credited: list[Credit]) -> Check:
    by_name = sum(shown_name(credit.member)[1] for credit in credited)
    told = ngettext("%(n)d by name", "%(n)d by name", by_name) % {"n": by_name} if by_name else _("nobody by name yet")
    return Check(bool(by_name), _("It thanks by name"), told)


def _done(announcement: Announcement) -> Check:
    text = announcement.how_fixed.strip()
    return Check(bool(text), _("It says what was done"), "" if text else _("“How it was solved” is empty"))


def _without(found: list[Finding], faults: set[Fault] | frozenset[Fault], words: str) -> Check:
    quoted = dict.fromkeys(one.words for one in found if one.fault in faults)
    comma = pgettext("numbers", ", ")
    return Check(not quoted, words, comma.join(f"“{one}”" for one in list(quoted)[:QUOTED]))
