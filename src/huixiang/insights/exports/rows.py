"""What an export of verbatims holds: its columns in the active language, and a row for each feedback."""

import uuid
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.cases.models import Case
from huixiang.cases.queries import cases_by_id
from huixiang.feedback.models import Feedback
from huixiang.insights.exports.spreadsheet import Cell
from huixiang.intake.models import Message
from huixiang.themes.models import Theme
from huixiang.themes.queries import themes_by_id

AT_ONCE: Final = 500
WIDTHS: Final = (24, 80, 10, 8, 14, 16, 12, 16, 18, 12, 14, 8, 38)


def headings() -> list[str]:
    """The first row."""
    return [
        _("Theme"), _("In their words"), _("Kind"), _("Grade"), _("Version"), _("Member"),
        pgettext("export", "Tier"), _("Channel"), _("Said at"), _("Case"), pgettext("case", "State"),
        pgettext("visibility", "Public"), _("Number of the feedback"),
    ]  # fmt: skip


def rows(feedbacks: Iterator[Feedback], *, workspace_id: uuid.UUID, unmasked: bool) -> Iterator[list[Cell]]:
    """A row for each feedback: three statements for every five hundred."""
    while batch := list(islice(feedbacks, AT_ONCE)):
        themes = themes_by_id(workspace_id=workspace_id, ids=[one.theme_id for one in batch])
        cases = cases_by_id(workspace_id=workspace_id, ids=[one.case_id for one in batch if one.case_id])
        texts = _originals(workspace_id, batch) if unmasked else {}
        for feedback in batch:
            yield _row(feedback, themes, cases, texts.get(feedback.id, feedback.text))


def _originals(workspace_id: uuid.UUID, batch: Sequence[Feedback]) -> dict[uuid.UUID, str]:
    """The texts as they arrived; several messages of one feedback stand below each other."""
    found: dict[uuid.UUID, str] = {}
    arrived = Message.objects.filter(workspace_id=workspace_id, feedback_id__in=[one.id for one in batch])
    for feedback_id, text in arrived.exclude(text="").order_by("sent_at", "id").values_list("feedback_id", "text"):
        if feedback_id:
            found[feedback_id] = f"{found[feedback_id]}\n{text}" if feedback_id in found else text
    return found


def _row(
    feedback: Feedback, themes: dict[uuid.UUID, Theme], cases: dict[uuid.UUID, Case], text: str
) -> list[Cell]:
    theme = themes.get(feedback.theme_id) if feedback.theme_id else None
    case = cases.get(feedback.case_id) if feedback.case_id else None
    return [
        theme.name if theme else "", text, feedback.get_kind_display(), feedback.get_grade_display(),
        feedback.facts.get("version", ""), feedback.member.known_as, feedback.member.get_tier_display(),
        feedback.account.name, feedback.said_at, case.label if case else "",
        case.get_state_display() if case else "", _("yes") if feedback.public else _("no"), str(feedback.id),
    ]  # fmt: skip
