"""What can be done with members."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huixiang.desk import access
from huixiang.desk.members.views import member_of
from huixiang.kernel.errors import Refused
from huixiang.members import actions, erasing, exporting, joining, queries
from huixiang.members.models import Member, Tier
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

MOST_AT_ONCE = 500
TWO = 2


def address(membership: Membership, member: Member, part: str = "") -> str:
    """The member's page, or a part of it."""
    return reverse("desk:member", args=[membership.workspace.slug, member.id]) + part


@access.verb(Permission.MEMBERS)
def describe(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Change name and address as the team knows them; an address left empty stays as it is."""
    found = actions.changeable(member_of(membership, member_id))
    changed = {"name": request.POST.get("name", "").replace("\x00", "").strip()[:80]}
    email = request.POST.get("email", "").strip()[:254]
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused(_("This is not an e-mail address.")) from None
        changed["email"] = email
    actions.describe(member=found, actor=access.actor(membership), **changed)
    return access.done(request, _("Saved."), address(membership, found))


@access.verb(Permission.MEMBERS)
def note(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Keep something about a member that only the team reads."""
    found = actions.changeable(member_of(membership, member_id))
    actions.note(member=found, by=membership, text=request.POST.get("text", ""))
    return access.done(request, _("Noted."), address(membership, found, "#notes"))


@access.verb(Permission.MEMBERS)
def tiers(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Set the tier of one or many, with a reason; it is kept against automatic changes."""
    ids = [one for one in (_uuid(text) for text in request.POST.getlist("member")[:MOST_AT_ONCE]) if one]
    if not ids:
        raise Refused(_("Choose the members first."))
    number = actions.change_tiers(
        workspace_id=membership.workspace_id, member_ids=ids, tier=request.POST.get("tier", ""),
        actor=access.actor(membership), reason=request.POST.get("reason", "")[:500],
    )  # fmt: skip
    word = dict(Tier.choices)[request.POST["tier"]]
    said = ngettext("%(n)d member is now: %(tier)s.", "%(n)d members are now: %(tier)s.", number)
    back = access.back(request, reverse("desk:members", args=[membership.workspace.slug]))
    return access.done(request, said % {"n": number, "tier": word}, back)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@access.verb(Permission.UNMASK)
def contacts(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Show addresses and names on channels in full; the journal keeps who looked."""
    found = member_of(membership, member_id)
    actions.show_contacts(member=found, actor=access.actor(membership))
    identities = [(one, one.external_id) for one in queries.identities_of(found)]
    closed = bool(found.joined_into_id or found.erased_at or found.erasing_at)
    return access.part(
        request, membership, "desk/members/contacts.html", member=found, identities=identities, email=found.email,
        shown=True, closed=closed,
    )  # fmt: skip


@access.verb(Permission.MEMBERS)
def join(request: HttpRequest, membership: Membership, member_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """Let the other record be part of this one."""
    target, source = member_of(membership, member_id), member_of(membership, other_id)
    name = source.name
    joining.join(source=source, target=target, by=membership)
    said = _("“%(name)s” is part of this member now. It can be taken back below.") % {"name": name}
    return access.done(request, said, address(membership, target))


@access.verb(Permission.MEMBERS)
def keep_apart(request: HttpRequest, membership: Membership, member_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """These are two people; the toast takes it back."""
    one, other = member_of(membership, member_id), member_of(membership, other_id)
    joining.keep_apart(one=one, other=other, actor=access.actor(membership))
    undo = reverse("desk:member_apart_undo", args=[membership.workspace.slug, one.id, other.id])
    messages.success(request, _("They are not proposed again."), extra_tags=f"undo={undo}")
    return access.done(request, "", access.back(request, address(membership, one)))


@access.verb(Permission.MEMBERS)
def propose_again(
    request: HttpRequest, membership: Membership, member_id: uuid.UUID, other_id: uuid.UUID
) -> HttpResponse:
    """They may be one person after all."""
    one, other = member_of(membership, member_id), member_of(membership, other_id)
    joining.propose_again(one=one, other=other, actor=access.actor(membership))
    return access.done(request, _("They may be proposed again."), access.back(request, address(membership, one)))


@access.verb(Permission.MEMBERS)
def choose_two(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Two rows of the roster are looked at side by side, to be joined there. Nothing happens yet."""
    chosen = list(dict.fromkeys(one for one in map(_uuid, request.POST.getlist("member")[:MOST_AT_ONCE]) if one))
    if len(chosen) != TWO:
        raise Refused(_("Choose exactly two members."))
    ids = [member_of(membership, one).id for one in chosen]
    return access.done(request, "", reverse("desk:member_join", args=[membership.workspace.slug, *ids]))


@access.verb(Permission.MEMBERS)
def part(request: HttpRequest, membership: Membership, identity_id: uuid.UUID) -> HttpResponse:
    """Make a name on a channel a member of its own."""
    identity = access.found(queries.identity_by_id(workspace_id=membership.workspace_id, identity_id=identity_id))
    done = joining.part(identity=identity, by=membership)
    said = _("It is a member of its own now, with what came by this name. It can be taken back here.")
    return access.done(request, said, address(membership, done.target))


@access.verb(Permission.MEMBERS)
def undo_joining(request: HttpRequest, membership: Membership, joining_id: uuid.UUID) -> HttpResponse:
    """Take a joining or parting back."""
    access.found(queries.joining_by_id(workspace_id=membership.workspace_id, joining_id=joining_id))
    done = joining.undo(joining_id=joining_id, workspace_id=membership.workspace_id, actor=access.actor(membership))
    kept = done.target if done.kind == done.Kind.JOIN else done.source
    return access.done(request, _("It is as it was before."), address(membership, kept))


@access.verb(Permission.MEMBERS)
def erase(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Hide everything about a member who asked for it; in fifteen days it is gone."""
    found = member_of(membership, member_id)
    erasing.ask(member=found, actor=access.actor(membership))
    said = _("Everything is hidden now and goes in fifteen days. Until then it can be taken back here.")
    return access.done(request, said, address(membership, found))


@access.verb(Permission.MEMBERS)
def undo_erase(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Bring everything back."""
    found = member_of(membership, member_id)
    erasing.undo(member=found, actor=access.actor(membership))
    return access.done(request, _("Everything is there again."), address(membership, found))


@access.verb(Permission.MEMBERS)
def export(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """Have everything stored about a member put together."""
    found = member_of(membership, member_id)
    exporting.ask(member=found, actor=access.actor(membership))
    return access.done(request, "", address(membership, found, "#stored"))


@access.page(Permission.MEMBERS)
def export_progress(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """How far the file is."""
    found = member_of(membership, member_id)
    return access.part(
        request, membership, "desk/members/export.html", member=found,
        export=exporting.latest(found, of=access.actor(membership)),
    )  # fmt: skip


@access.page(Permission.MEMBERS)
def export_file(_request: HttpRequest, membership: Membership, data_export_id: uuid.UUID) -> HttpResponseBase:
    """The file; the journal keeps who fetched it."""
    made = access.found(exporting.ready(workspace_id=membership.workspace_id, export_id=data_export_id, kind="staff"))
    path = exporting.fetched(export=made, actor=access.actor(membership))
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"member-{made.member_id}.zip")
    answer["Cache-Control"] = "no-store"
    return answer
