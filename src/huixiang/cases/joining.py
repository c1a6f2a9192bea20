"""Cases go along when two members become one; with an identity go those that are about nothing else."""

from django.db.models import Exists, OuterRef, Q

from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.intake.models import Message
from huixiang.members.models import Identity
from huixiang.members.traces import Move


def _about(identity: Identity) -> Q:
    written = Message.objects.filter(
        workspace_id=identity.workspace_id, account_id=identity.account_id, author_id=identity.external_id
    ).exclude(feedback_id=None)
    said = Feedback.objects.filter(workspace_id=identity.workspace_id, case_id=OuterRef("id"))
    theirs = said.filter(id__in=written.values("feedback_id"))
    return Q(Exists(theirs)) & ~Q(Exists(said.exclude(id__in=written.values("feedback_id"))))


MOVES = [Move("cases", Case, parted=_about)]
