"""What themes took from a person's words: names made of them, quotes in what staff wrote; votes stay as numbers."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.engine.naming import name as name_by_words
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Words
from huixiang.members.scrubbing import scrub, scrub_json, scrubbed
from huixiang.members.traces import Person, Trace, of_members
from huixiang.themes.models import Change, Theme, Vote

LEFT = 30  # texts a name is made of


def _themes(who: Person) -> QuerySet[Theme]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    return Theme.objects.filter(workspace_id=who.workspace_id, id__in=said.values("theme_id"))


def _changes(who: Person) -> QuerySet[Change]:
    return Change.objects.filter(workspace_id=who.workspace_id, theme_id__in=_themes(who).values("id"))


def _name(row: Theme, who: Person) -> str:
    """Named anew by what others said; a name a person gave only loses what is this person's."""
    if row.name_by_person:
        return scrubbed(row.name, who)
    left = Feedback.objects.filter(theme_id=row.id, removed_at=None).exclude(member_id__in=who.ids)
    texts = list(left.order_by("-said_at").values_list("text", flat=True)[:LEFT])
    return (name_by_words(texts)[:80] if texts else "") or _("Removed")


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_themes(who).values("id"))


TRACES = [
    Trace(
        "themes", Theme, _themes,
        blanks={
            "name": _name, "summary": scrub("summary"), "root_cause": scrub("root_cause"),
            "workaround": scrub("workaround"), "fix": scrub("fix"), "decline_reason": scrub("decline_reason"),
        },
    ),
    Trace("changes", Change, _changes, blanks={"before": scrub_json("before"), "after": scrub_json("after")}),
    Trace(
        "votes", Vote, of_members(Vote), word=gettext_lazy("Every “me too”"),
        told=("theme__name", "created_at"), retention=gettext_lazy("As long as the membership lasts"),
        fate=gettext_lazy("Stay as a number, of nobody"),
    ),
]  # fmt: skip
