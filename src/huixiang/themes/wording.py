"""Names and summaries the program finds in what was said about a theme; a person's words always stay."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from huixiang.engine.naming import name as name_by_words
from huixiang.engine.summing_up import summary as sentence_of
from huixiang.themes.models import SummaryBy, Theme

WORDED = ("name", "summary", "summary_by", "search")
LONGEST_NAME = 80


def machine_summed(theme: Theme) -> bool:
    """Whether its summary is the program's to write: no person wrote one."""
    return not theme.summary or theme.summary_by != SummaryBy.PERSON


def find_words(theme: Theme, texts: Sequence[str], *, anew: bool = False) -> bool:
    """Give a theme the name and summary its texts ask for, where no person did; True when something changed.

    `anew` also replaces a language model's summary and leaves no word where no text is left, as after an erasure.
    """
    before = theme.name, theme.summary
    if not theme.name_by_person:
        theme.name = (name_by_words(texts)[:LONGEST_NAME] if texts else "") or (_("Removed") if anew else theme.name)
    if machine_summed(theme) and (anew or theme.summary_by != SummaryBy.LLM):
        theme.summary = sentence_of(texts) if texts else ""
        theme.summary_by = SummaryBy.MACHINE if theme.summary else SummaryBy.PERSON
    return (theme.name, theme.summary) != before
