"""Themes in one sentence by the workspace's language model, where no person wrote one; marked as the model's."""

import uuid

from django.db import transaction

from huixiang.kernel.errors import Refused
from huixiang.themes.models import SummaryBy, Theme
from huixiang.themes.states import OPEN
from huixiang.themes.wording import machine_summed
from huixiang.triage.opinions import actions, asking
from huixiang.triage.opinions.models import LanguageModel

A_NIGHT = 30  # themes of one workspace
LEAST_PEOPLE = 3  # under that the sentence somebody said tells it as well


def sum_up(theme: Theme) -> bool:
    """Ask for a sentence and keep it, unless a person wrote one meanwhile or it went public; whether it was kept.

    What everybody reads is a person's to write: a public theme is left alone. Raises Refused when nobody answers.
    """
    sentence = actions.summarise(theme)
    with transaction.atomic():
        row = Theme.objects.select_for_update(no_key=True).defer("centre").get(id=theme.id)
        if row.public or not machine_summed(row):
            return False
        row.summary, row.summary_by = sentence, SummaryBy.LLM
        row.save(update_fields=["summary", "summary_by", "search"])
    return True


def sum_up_workspace(workspace_id: uuid.UUID) -> int:
    """The open themes of most impact that have only the program's sentence; returns how many were summed up."""
    if not asking.may_ask(workspace_id, "summaries"):
        return 0
    waiting = Theme.objects.filter(
        workspace_id=workspace_id, status__in=OPEN, public=False, people_count__gte=LEAST_PEOPLE
    ).exclude(summary_by__in=[SummaryBy.LLM, SummaryBy.PERSON], summary__gt="")
    done = 0
    for theme in waiting.defer("centre").order_by("-impact", "id")[:A_NIGHT]:
        try:
            done += sum_up(theme)
        except Refused:
            break  # breaker and budget are for all
    return done


def workspaces() -> list[uuid.UUID]:
    """Where a model is on for summaries."""
    on = LanguageModel.objects.filter(on=True, for_summaries=True)
    return list(on.values_list("workspace_id", flat=True))
