"""A place in the team, offered by e-mail, taken up by a link that works once."""

import datetime
import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.crypto import keyed_hash
from huixiang.kernel.errors import Refused
from huixiang.kernel.jobs import queue
from huixiang.workspaces import events
from huixiang.workspaces.actions import check_gives, join_team
from huixiang.workspaces.models import Invitation, Membership, User, Workspace
from huixiang.workspaces.queries import membership_of, user_by_email
from huixiang.workspaces.roles import Role

VALID = datetime.timedelta(days=7)
SHOWN_ERROR = 300


@transaction.atomic
def invite(*, workspace: Workspace, email: str, role: str, by: Membership, job_title: str = "") -> Invitation:
    """Offer a place in the team. Journal: workspaces.invited. The link comes with `mail` or `new_link`.

    Raises Refused for an address that is in the team, or has an open invitation.
    """
    check_gives(by, role)
    email = email.strip().lower()
    user = user_by_email(email)
    if user and membership_of(user=user, slug=workspace.slug):
        raise Refused(_("They are in the team already; change the role in the list."))
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                workspace=workspace, email=email, role=role, job_title=job_title, invited_by=by,
                expires_at=timezone.now() + VALID,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(_("They are invited already; send that invitation again instead.")) from None
    record(events.Invited(subject=made.id, role=role), workspace_id=workspace.id, actor=Actor("staff", by.id))
    return made


def mail(*, invitation: Invitation) -> None:
    """Have a worker send the invitation, with a link of its own making, in the language spoken now."""
    Invitation.objects.filter(id=invitation.id).update(sent_at=None, mail_error="")
    queue("workspaces.mail_invitation", invitation_id=str(invitation.id), language=translation.get_language())


@transaction.atomic
def new_link(*, invitation: Invitation, by_mail: bool = False) -> str:
    """A fresh link, good for seven days; every earlier one is dead from now on."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(id=invitation.id).update(
        token_hash=keyed_hash("invitation", token), by_mail=by_mail, expires_at=timezone.now() + VALID
    )
    return settings.PUBLIC_URL + reverse("invitation", args=[token])


@transaction.atomic
def again(*, invitation: Invitation, by: Membership) -> None:
    """Note that an invitation gets a new link. Journal: workspaces.invited_again."""
    check_gives(by, invitation.role)
    event = events.InvitedAgain(subject=invitation.id)
    record(event, workspace_id=invitation.workspace_id, actor=Actor("staff", by.id))


def send(*, invitation: Invitation, language: str) -> None:
    """Send it now. What the mail server says against it stands on the team's page, and the job tries again."""
    with translation.override(language):
        words = {
            "workspace": invitation.workspace.name,
            "who": str(invitation.invited_by) if invitation.invited_by else invitation.workspace.name,
            "role": Role(invitation.role).label,
            "link": new_link(invitation=invitation, by_mail=True),
        }
        subject = _("You are invited to %(workspace)s on Huixiang") % words
        text = _(
            "Hello,\n\n%(who)s invites you to the team of %(workspace)s on Huixiang, as: %(role)s.\n\n"
            "Open this link to take your place. It works once, for seven days:\n%(link)s\n\n"
            "If you did not expect this, there is nothing to do.\n"
        ) % words
    kept = Invitation.objects.filter(id=invitation.id)
    try:
        send_mail(" ".join(subject.split()), text, None, [invitation.email])
    except OSError as error:
        kept.update(mail_error=str(error)[:SHOWN_ERROR])
        raise
    kept.update(sent_at=timezone.now(), mail_error="")


@transaction.atomic
def revoke(*, invitation: Invitation, by: Membership) -> None:
    """Take it back; its link is dead. Journal: workspaces.invitation_revoked."""
    ended = Invitation.objects.filter(id=invitation.id, accepted_at=None, revoked_at=None)
    if ended.update(revoked_at=timezone.now()):
        event = events.InvitationRevoked(subject=invitation.id)
        record(event, workspace_id=invitation.workspace_id, actor=Actor("staff", by.id))


def why_closed(invitation: Invitation) -> str:
    """Why this link opens nothing, in words; "" while it does."""
    if invitation.accepted_at:
        return _("This invitation has been accepted. Sign in to go to the workspace.")
    if invitation.revoked_at:
        return _("This invitation was taken back. Ask whoever invited you.")
    if invitation.expired:
        return _("This invitation is older than seven days. Ask for a new one.")
    return ""


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> Membership:
    """Take up the place. Journal: workspaces.joined_team, workspaces.invitation_accepted.

    A mailed link proves that the address is theirs. Raises Refused when the link is dead or meant for another address.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("workspace").get(id=invitation.id)
    if locked.token_hash != invitation.token_hash or (reason := why_closed(locked)):
        raise Refused(reason if locked.token_hash == invitation.token_hash else _("There is a newer link; use that."))
    if user.email.lower() != locked.email:
        raise Refused(_("This invitation is for %(email)s. Sign in with that address.") % {"email": locked.email})
    if membership_of(user=user, slug=locked.workspace.slug):
        raise Refused(_("You are in this team already."))
    if locked.by_mail:
        _confirm_address(user)
    membership = join_team(workspace=locked.workspace, user=user, role=locked.role, job_title=locked.job_title)
    Invitation.objects.filter(id=locked.id).update(accepted_at=timezone.now())
    event = events.InvitationAccepted(subject=locked.id, membership_id=membership.id)
    record(event, workspace_id=locked.workspace_id, actor=Actor("staff", membership.id))
    return membership


@transaction.atomic
def sign_up(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the invited person's account and take up the place. Raises Refused when the address has one."""
    if User.objects.filter(email=invitation.email).exists():
        raise Refused(_("This address has an account. Sign in with it."))
    user = User.objects.create_user(invitation.email, password, name=name)
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True, "verified": invitation.by_mail}
    )
    accept(invitation=invitation, user=user)
    return user


def _confirm_address(user: User) -> None:
    """The mailed link proves the address, unless another account has proven it before."""
    if EmailAddress.objects.filter(email__iexact=user.email, verified=True).exclude(user=user).exists():
        return
    first = not EmailAddress.objects.filter(user=user, primary=True).exists()
    address, _made = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": first})
    EmailAddress.objects.filter(id=address.id).update(verified=True)
