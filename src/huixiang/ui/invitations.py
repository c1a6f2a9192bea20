"""The page behind an invitation's link."""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from huixiang.kernel.errors import Refused
from huixiang.workspaces import invitations, queries
from huixiang.workspaces.models import Invitation, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class NewcomerForm(forms.Form):
    """An account for somebody who has none."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
    )  # fmt: skip

    def __init__(self, *args: object, email: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.email = email

    def clean_password(self) -> str:
        """Held to the same rules as everybody's."""
        password = str(self.cleaned_data["password"])
        user = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, user)
        return password


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up a place in a team: with the account one has, or with a new one."""
    found = queries.invitation_by_token(token)
    if found is None:
        return _unknown(request)
    reason = invitations.why_closed(found)
    if reason:
        return _closed(request, reason, status=410)
    try:
        return _take_up(request, found) if request.method == "POST" else _page(request, found)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("invitation", token=token)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Links that open nothing are counted: whoever tries many is slowed."""
    if not ratelimit.consume(
        request, app="huixiang", action="invitation", config=settings.ACCOUNT_RATE_LIMITS, limit_get=True
    ):
        answer: HttpResponse = ratelimit.respond_429(request)
        return answer
    reason = _("This link opens nothing. There may be a newer one: look for the latest mail, or ask who invited you.")
    return _closed(request, reason, status=404)


def _closed(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    return render(request, "account/invitation_closed.html", {"reason": reason}, status=status)


def _page(request: HttpRequest, found: Invitation, form: forms.Form | None = None) -> HttpResponse:
    known = queries.user_by_email(found.email)
    context = {
        "invitation": found,
        "has_account": known is not None,
        "is_theirs": request.user.is_authenticated and request.user == known,
        "form": form or NewcomerForm(email=found.email),
    }
    return render(request, "account/invitation.html", context, status=422 if form else 200)


def _take_up(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.user.is_authenticated:
        invitations.accept(invitation=found, user=request.user)
    else:
        form = NewcomerForm(request.POST, email=found.email)
        if not form.is_valid():
            return _page(request, found, form)
        user = invitations.sign_up(invitation=found, **form.cleaned_data)
        login(request, user, backend=BACKEND)
        record_authentication(request, user, "password", email=user.email)
    messages.success(request, _("Welcome to %(workspace)s.") % {"workspace": found.workspace.name})
    return redirect("desk:inbox", workspace=found.workspace.slug)
