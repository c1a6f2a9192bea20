"""Announcements: drafts and published ones, the editor, and how the telling goes."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.announcements import actions, pausing, queries, red_lines
from huixiang.announcements.audience import people_to_tell
from huixiang.announcements.models import Announcement, Solved
from huixiang.channels.models import DeliveryState
from huixiang.channels.queries import troubled_about
from huixiang.desk import access
from huixiang.desk.announcements.checks import checks, reach
from huixiang.desk.announcements.coach import coach_checks
from huixiang.desk.journal_words import tell_all
from huixiang.members.models import Consent
from huixiang.ui.markdown import render as markdown
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

PAGE = 20


def _announcement(membership: Membership, announcement_id: uuid.UUID) -> Announcement:
    found: Announcement = access.found(
        queries.by_id(workspace_id=membership.workspace_id, announcement_id=announcement_id)
    )
    return found


def _address(membership: Membership, announcement: Announcement) -> str:
    return reverse("desk:announcement", args=[membership.workspace.slug, announcement.id])


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Drafts, and what was published with its answers."""
    page = queries.published(workspace=membership.workspace, cursor=request.GET.get("cursor", ""), size=PAGE)
    counted = queries.answers_of([row.id for row in page.rows])
    rows = [(row, counted.get(row.id, {})) for row in page.rows]
    context: dict[str, Any] = {"rows": rows, "next_cursor": page.next_cursor}
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/announcements/rows.html", **context)
    context["drafts"] = queries.drafts(membership.workspace)
    return access.shown(request, membership, "desk/announcements/listing.html", "announcements", **context)


@access.page()
def announcement(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """The editor of a draft; what was said and what came of it, once published."""
    found = _announcement(membership, announcement_id)
    context = editor_context(found)
    if found.published_at:
        context |= _afterwards(found)
    return access.shown(request, membership, "desk/announcements/editor.html", "announcements", **context)


def _parts(found: Announcement) -> list[tuple[str, str]]:
    """The three parts with the headings they have in public."""
    return [
        (_("What happened"), found.what_happened),
        (_("How it was solved"), found.how_fixed),
        (_("What comes next"), found.what_next),
    ]


def editor_context(found: Announcement) -> dict[str, Any]:
    """Text, preview, way, thanks, audience and checks."""
    audience = people_to_tell(found.theme)
    shown = _text_context(found)
    credited = shown["credits"]
    consents = [credit.member.credit_consent for credit in credited if not credit.member.anonymous]
    return shown | {
        "agreed": sum(consent in (Consent.NAME, Consent.NICKNAME) for consent in consents),
        "waiting": sum(consent == Consent.UNANSWERED for consent in consents),
        "refused": sum(consent == Consent.NO for consent in consents) + len(credited) - len(consents),
        "audience": audience,
        "reachable": len(audience.reachable),
        "unreachable": audience.unreachable,
        "reach": [reach(audience)],
    }


def _text_context(found: Announcement) -> dict[str, Any]:
    """What follows the text as it is typed: preview and checks; whom it reaches does not."""
    credited = queries.credits_of(found)
    named, unnamed = queries.thanks(found)
    return {
        "announcement": found,
        "parts": [(heading, markdown(text)) for heading, text in _parts(found) if text],
        "way": [{**step, "when": parse_datetime(step["at"])} for step in found.way],
        "credits": credited,
        "named": named,
        "unnamed": unnamed,
        "checks": checks(found, credited),
        "coach_checks": coach_checks(found, credited),
        "crossings": [] if found.published_at else red_lines.crossings(found, credited),
    }


def _afterwards(found: Announcement) -> dict[str, Any]:
    answers = queries.answer_counts(found)
    total = sum(answers.values())
    crossed = queries.crossed(found)
    return {
        **_telling(found),
        "crossed": tell_all(crossed, found.workspace) if crossed else [],
        "answers": [(str(Solved(value).label), number) for value, number in answers.items()],
        "answer_values": list(answers.values()),
        "answered": total,
        "satisfied": round(100 * answers[Solved.YES] / total) if total else None,
    }


def _telling(found: Announcement) -> dict[str, Any]:
    told = queries.telling(found)
    done = sum(told.get(state, 0) for state in (DeliveryState.DELIVERED, DeliveryState.READY))
    waiting = sum(told.get(state, 0) for state in (DeliveryState.QUEUED, DeliveryState.SENDING))
    going_on = not found.told_at or waiting > 0
    return {
        "told": told,
        "arrived": done,
        "to_tell": told["notices"] - told["unreachable"],
        "troubled": troubled_about(workspace_id=found.workspace_id, about_id=found.id),
        "waiting": waiting,
        "held": told.get(DeliveryState.HELD, 0),
        "failed": sum(told.get(state, 0) for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)),
        "going_on": going_on,
        "pace": pausing.pace(found, waiting) if going_on and waiting and not found.telling_paused_at else None,
    }


@access.page()
def telling(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """How far the telling is; the page asks until it is done."""
    found = _announcement(membership, announcement_id)
    context = {"announcement": found, **_telling(found)}
    return access.part(request, membership, "desk/announcements/telling.html", **context)


@access.verb(Permission.PUBLISH)
def pause_telling(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """Hold back what has not gone out, or go on with it."""
    found = _announcement(membership, announcement_id)
    if request.POST.get("act") == "resume":
        number = pausing.resume(announcement=found, by=membership)
        said = ngettext("%(n)d message goes out now.", "%(n)d messages go out now.", number) % {"n": number}
    else:
        number = pausing.pause(announcement=found, by=membership)
        said = ngettext("%(n)d message is held back.", "%(n)d messages are held back.", number) % {"n": number}
    return access.done(request, said, _address(membership, found))


@access.verb(Permission.ANNOUNCE)
def save(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """Keep the text as it is typed; preview and checks come back with it."""
    draft = _announcement(membership, announcement_id)
    changed = {field: request.POST[field] for field in actions.EDITABLE if field in request.POST}
    actions.edit(draft=draft, by=membership, **changed)
    if not getattr(request, "htmx", False):
        return access.done(request, _("Saved."), _address(membership, draft))
    context = _text_context(draft)
    return access.part(request, membership, "desk/announcements/saved.html", **context)


@access.verb(Permission.ANNOUNCE)
def drop_credit(
    request: HttpRequest, membership: Membership, announcement_id: uuid.UUID, credit_id: uuid.UUID
) -> HttpResponse:
    """Leave somebody out of the thanks of a draft."""
    draft = _announcement(membership, announcement_id)
    actions.drop_credit(draft=draft, credit_id=credit_id)
    return access.done(request, _("Left out of the thanks."), _address(membership, draft))


@access.verb(Permission.PUBLISH)
def ask_consent(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """Ask those who have not answered whether they may be named."""
    found = _announcement(membership, announcement_id)
    waiting = queries.asked_and_waiting(found)
    asked = actions.ask_consent(announcement=found, by=membership)
    said = ngettext("%(n)d member is being asked.", "%(n)d members are being asked.", asked) % {"n": asked}
    if not asked and waiting:
        said = ngettext(
            "%(n)d member was asked already and has not answered yet; nobody is asked twice.",
            "%(n)d members were asked already and have not answered yet; nobody is asked twice.",
            waiting,
        ) % {"n": waiting}
    elif not asked and not queries.consent_open(found):
        said = _("Everybody who can be asked has answered.")
    elif not asked:
        said = _("There is no way to those who have not answered.")
    return access.done(request, said, _address(membership, found))


@access.verb(Permission.PUBLISH)
def publish(request: HttpRequest, membership: Membership, announcement_id: uuid.UUID) -> HttpResponse:
    """Publish and start telling. `anyway`: why, when it crosses a red line."""
    found = _announcement(membership, announcement_id)
    published = actions.publish(announcement=found, by=membership, anyway=request.POST.get("anyway", ""))
    said = _("Announcement no. %(number)d is published. Everybody concerned is being told.")
    return access.done(request, said % {"number": published.number}, _address(membership, found))
