"""What the team noted on alerts about a person's matters: their words and name are taken out of it."""

from django.db.models import Q, QuerySet

from huixiang.alerts.models import Alert
from huixiang.cases.models import Case, PendingAnswer
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Words
from huixiang.members.scrubbing import scrub
from huixiang.members.traces import Person, Trace


def _alerts(who: Person) -> QuerySet[Alert]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    theirs = Case.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    waited = PendingAnswer.objects.filter(workspace_id=who.workspace_id, case__in=theirs)
    about = Q(subject_id__in=said.values("theme_id")) | Q(subject_id__in=theirs.values("id"))
    about |= Q(subject_id__in=waited.values("id"))
    return Alert.objects.filter(about, workspace_id=who.workspace_id)


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_alerts(who).values("id"))


TRACES = [
    Trace("alerts", Alert, _alerts, reads=("acknowledged_at",), blanks={"note": scrub("note", "acknowledged_at")}),
    Trace("alert_words", Words, _words, drop="now"),
]
"""What was said stands in no alert: only ids, which lead nowhere once it is gone."""
