"""A person decides which playbook is at work on a case: begins one, puts another in its place, stops it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.cases.states import ENDED
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.models import Playbook, PlaybookRun, PlaybookVersion
from huixiang.playbooks.running import Done, Start, end, known_of, launch, missing_of
from huixiang.playbooks.states import EndReason
from huixiang.workspaces.models import Membership

LONGEST_REASON = 300


@transaction.atomic
def put(*, case: Case, playbook: Playbook, by: Membership, reason: str = "") -> PlaybookRun:
    """Let a playbook begin on a case in place of what is at work there; what was done counts for the same kind of step.

    Its conditions are not asked, but it has to be switched on. A change of the grade chooses anew. Journal:
    playbooks.ended with the reason, playbooks.started. Raises Refused for a case that is not handled, a playbook that
    is switched off, the one that is at work already, and a replacement without a reason.
    """
    version = _version(case, playbook)
    run, now, actor = _locked(case), timezone.now(), Actor("staff", by.id)
    done: Done = {}
    if run is not None:
        if run.version.playbook_id == playbook.id:
            raise Refused(_("This playbook is at work on the case already."))
        done = end(runs=[run], reason=EndReason.CHANGED, actor=actor, words=_reason(reason, _("Say why another one.")))
    start = Start(case, version, known_of(cases=[case])[case.id], now, done.get(case.id, ()), actor)
    launch(case.workspace, [start], missing_of(case.workspace_id, [case]))
    return PlaybookRun.objects.select_related("version__playbook").get(case=case, ended_at=None)


@transaction.atomic
def stop(*, case: Case, by: Membership, reason: str) -> None:
    """End what is at work on a case; its open steps are to be done no more. Journal: playbooks.ended with the reason.

    Raises Refused without a reason, and when nothing is at work.
    """
    words, run = _reason(reason, _("Say why it is stopped.")), _locked(case)
    if run is None:
        raise Refused(_("No playbook is at work on this case."))
    end(runs=[run], reason=EndReason.STOPPED, actor=Actor("staff", by.id), words=words)


def _version(case: Case, playbook: Playbook) -> PlaybookVersion:
    if case.state in ENDED or case.historical:
        raise Refused(_("A playbook begins on a case that is being handled."))
    if playbook.active_id is None or not playbook.on or playbook.workspace_id != case.workspace_id:
        raise Refused(_("This playbook is not switched on."))
    return PlaybookVersion.objects.select_related("playbook").get(id=playbook.active_id)


def _locked(case: Case) -> PlaybookRun | None:
    """What is at work on the case, held; who comes second finds what the first left."""
    Case.objects.select_for_update(no_key=True).get(id=case.id)
    rows = PlaybookRun.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    return rows.filter(case=case, ended_at=None).first()


def _reason(words: str, empty: str) -> str:
    words = words.replace("\x00", "").strip()[:LONGEST_REASON]
    if not words:
        raise Refused(empty)
    return words
