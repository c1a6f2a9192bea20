"""What playbooks keep of a person: notes the team wrote on the steps of their cases."""

from django.db.models import QuerySet

from huixiang.members.traces import Person, Trace
from huixiang.playbooks.models import RunStep


def _steps(who: Person) -> QuerySet[RunStep]:
    return RunStep.objects.filter(workspace_id=who.workspace_id, case__member_id__in=who.ids)


TRACES = [Trace("playbook_notes", RunStep, _steps, blanks={"note": ""})]
