"""What themes took from a person's words: names made of them, quotes in what staff wrote; votes stay as numbers."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.webhooks.models import WebhookDelivery
from huixiang.engine.naming import name as name_by_words
from huixiang.engine.summing_up import summary as sentence_of
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Words
from huixiang.members.scrubbing import scrubbed
from huixiang.members.traces import Person, Trace, of_members
from huixiang.themes.models import Change, EarlyWarning, SummaryBy, Theme, Vote

LEFT = 30  # texts a name is made of
WRITTEN = ("name", "summary", "root_cause", "workaround", "fix", "decline_reason")


def _themes(who: Person) -> QuerySet[Theme]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    return Theme.objects.filter(workspace_id=who.workspace_id, id__in=said.values("theme_id"))


def _changes(who: Person) -> QuerySet[Change]:
    return Change.objects.filter(workspace_id=who.workspace_id, theme_id__in=_themes(who).values("id"))


def _name(row: Theme, who: Person) -> str:
    """Named anew by what others said; a name a person gave only loses a quote of this person."""
    if row.name_by_person:
        return _without("name")(row, who)
    left = Feedback.objects.filter(theme_id=row.id, removed_at=None).exclude(member_id__in=who.ids)
    texts = list(left.order_by("-said_at").values_list("text", flat=True)[:LEFT])
    return (name_by_words(texts)[:80] if texts else "") or _("Removed")


def _summary(row: Theme, who: Person) -> str:
    """What the program took from what was said is taken from what others said; a person's own only loses a quote."""
    if row.summary_by == SummaryBy.PERSON:
        return _without("summary")(row, who)
    left = Feedback.objects.filter(theme_id=row.id, removed_at=None).exclude(member_id__in=who.ids)
    return sentence_of(list(left.order_by("-said_at").values_list("text", flat=True)[:LEFT]))


def _without(field: str) -> Callable[[Theme, Person], str]:
    return lambda row, who: scrubbed(getattr(row, field), who, lambda: _written(row, field), title=field == "name")


def _written(row: Theme, field: str) -> datetime.datetime:
    """When this was written last."""
    done = row.changes.filter(after__has_key=field).order_by("-changed_at")
    return done.values_list("changed_at", flat=True).first() or row.created_at


def _changed(side: str) -> Callable[[Change, Person], dict[str, Any]]:
    """What stood before or after a change: the texts in it, never ids and states."""

    def blank(row: Change, who: Person) -> dict[str, Any]:
        return {
            name: scrubbed(value, who, lambda: row.changed_at, title=name == "name")
            if name in WRITTEN and isinstance(value, str) else value
            for name, value in getattr(row, side).items()
        }  # fmt: skip

    return blank


def _webhooks(who: Person) -> QuerySet[WebhookDelivery]:
    """What was told of the names the program made of their words."""
    ids = [str(one) for one in _themes(who).filter(name_by_person=False).values_list("id", flat=True)]
    found = WebhookDelivery.objects.filter(workspace_id=who.workspace_id, payload__data__id__in=ids)
    return found.filter(payload__data__has_key="name")


def _payload(row: WebhookDelivery, _who: Person) -> dict[str, Any]:
    """The name as it is now; id, type and time stay."""
    now = Theme.objects.filter(workspace_id=row.workspace_id, id=row.payload["data"]["id"])
    name = now.values_list("name", flat=True).first() or ""
    return {**row.payload, "data": {**row.payload["data"], "name": name}}


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_themes(who).values("id"))


def _warnings(who: Person) -> QuerySet[EarlyWarning]:
    return EarlyWarning.objects.filter(workspace_id=who.workspace_id, theme_id__in=_themes(who).values("id"))


def _note(row: EarlyWarning, who: Person) -> str:
    return scrubbed(row.note, who, lambda: row.acknowledged_at or row.raised_at)


TRACES = [
    Trace(
        "themes", Theme, _themes,
        blanks={"name": _name, "summary": _summary, **{name: _without(name) for name in WRITTEN[2:]}},
        reads=("name_by_person", "summary_by", "created_at"), others=True,
    ),
    Trace(
        "changes", Change, _changes, reads=("changed_at",),
        blanks={"before": _changed("before"), "after": _changed("after")},
    ),
    Trace("warnings", EarlyWarning, _warnings, reads=("acknowledged_at", "raised_at"), blanks={"note": _note}),
    Trace("theme_webhooks", WebhookDelivery, _webhooks, reads=("workspace_id",), blanks={"payload": _payload}),
    Trace(
        "votes", Vote, of_members(Vote), word=gettext_lazy("Every “me too”"),
        told=("theme__name", "created_at"), retention=gettext_lazy("As long as the membership lasts"),
        fate=gettext_lazy("Stay as a number, of nobody"),
    ),
]  # fmt: skip
