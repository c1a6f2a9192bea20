"""The form for noting, finding the member while typing, keeping it."""

import datetime
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.channels.actions import report_fetched
from huixiang.channels.models import Delivery
from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.members.models import Member
from huixiang.members.queries import member_by_id
from huixiang.members.search import ranked
from huixiang.triage import noting
from huixiang.ui import files
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

OFFERED = 6


@access.page(Permission.REPLY)
def form(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The empty form; with `?member=` about somebody who is known."""
    return _form(request, membership, {"member": request.GET.get("member", "")})


def _form(
    request: HttpRequest, membership: Membership, typed: dict[str, str], *, sentence: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "typed": typed, "sentence": sentence, "kinds": noting.KINDS.items(), "moods": noting.MOODS.items(),
        "parts": [(name, word, typed.get(name, "")) for name, word in noting.PARTS.items()],
        "chosen": _member(membership, typed.get("member", "")), **files.choices(),
    }  # fmt: skip
    response = access.shown(request, membership, "desk/notes/write.html", "notes", **context)
    response.status_code = status
    return response


@access.page(Permission.REPLY)
def people(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Members the typed name fits; by a whole number only for who may see numbers."""
    typed = request.GET.get("name", "")[:80]
    contacts = holds(membership, Permission.UNMASK)
    found = ranked(
        workspace_id=membership.workspace_id, query=typed, contacts=contacts, typing=True, size=OFFERED
    )
    return access.part(request, membership, "desk/notes/people.html", found=found.rows)


@access.verb(Permission.REPLY)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the note; go to the case, or to the form again with a sentence and everything that was typed."""
    typed = {name: value[:20_000] for name, value in request.POST.items() if isinstance(value, str)}
    try:
        sent = files.sent_with(request, membership.workspace)
        member, case = noting.write(noted=_noted(membership, typed), by=membership, attachments=sent)
    except Refused as refused:
        return _form(request, membership, typed, sentence=str(refused.sentence), status=422)
    slug = membership.workspace.slug
    if case:
        said = _("Noted in %(case)s.") % {"case": case.label}
        return access.done(request, said, reverse("desk:case", args=[slug, case.id]))
    said = _("Noted for %(name)s; it is read as feedback in a moment.") % {"name": member}
    return access.done(request, said, reverse("desk:notes", args=[slug]))


def _noted(membership: Membership, typed: dict[str, str]) -> noting.Noted:
    return noting.Noted(
        kind=typed["kind"] if typed.get("kind") in noting.KINDS else "phone",
        member=_member(membership, typed.get("member", "")),
        name=typed.get("name", ""),
        phone=typed.get("phone", "")[:40],
        parts={name: typed.get(name, "") for name in noting.PARTS},
        mood=typed["mood"] if typed.get("mood") in noting.MOODS else "",
        promise=typed.get("promise", "")[:2_000],
        until=_moment(typed.get("until", ""), _("Give until when as a day and a time.")),
        at=_moment(typed.get("spoken", ""), _("Give when you spoke as a day and a time.")),
    )


def _moment(typed: str, sentence: str) -> datetime.datetime | None:
    if not typed:
        return None
    try:
        return timezone.make_aware(datetime.datetime.fromisoformat(typed).replace(tzinfo=None))
    except ValueError:
        raise Refused(sentence) from None


def _member(membership: Membership, wanted: str) -> Member | None:
    try:
        return member_by_id(workspace_id=membership.workspace_id, member_id=uuid.UUID(wanted))
    except ValueError:
        return None


@access.verb(Permission.REPLY)
def called(request: HttpRequest, membership: Membership, delivery_id: uuid.UUID) -> HttpResponse:
    """It was said on the phone."""
    found = Delivery.objects.filter(workspace_id=membership.workspace_id, id=delivery_id, account__kind="notes")
    delivery: Delivery = access.found(found.select_related("account").first())
    report_fetched(account=delivery.account, delivery_ids=[delivery.id])
    address = reverse("desk:inbox", args=[membership.workspace.slug])
    return access.done(request, _("Noted as said."), access.back(request, address))
