"""How allauth's forms, redirects and providers fit Huixiang."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huixiang.kernel import crypto
from huixiang.workspaces.models import User

CONFIRMATION_SENT = "account/messages/email_confirmation_sent.txt"
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing is bound to it: it stands for a client over a unix socket


class SignupForm(forms.Form):
    """What is asked besides e-mail and password."""

    name = forms.CharField(label=_("Name"), max_length=80)
    field_order = ("name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002 - allauth's signature
        """Keep the name."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Users have no user name; after login the home page decides where to go."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many wrong attempts. Wait five minutes, or reset the password."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
        "email_password_mismatch": _("E-mail address or password are wrong."),
        "incorrect_password": _("The password is wrong."),
    }

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Nothing to fill in."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """The page that knows whether somebody is staff or a member."""
        return reverse("home")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the client is; over a unix socket nobody knows, and all are counted together."""
        if not request.META.get("REMOTE_ADDR"):
            request.META["REMOTE_ADDR"] = NO_ADDRESS
        return str(super().get_client_ip(request))

    def add_message(  # noqa: PLR0917 - allauth's signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Tell, but not that a confirmation was sent where no mail goes out."""
        if message_template != CONFIRMATION_SENT or settings.EMAIL_HOST:
            super().add_message(request, level, message_template, message_context, extra_tags, message)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, where a mail server is set up; the pages say where there is none."""
        if settings.EMAIL_HOST:
            super().send_mail(template_prefix, email, context)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An account elsewhere makes a person, never staff: a place in a team comes by invitation only."""

    error_messages: ClassVar = {
        **DefaultSocialAccountAdapter.error_messages,
        "email_taken": _(
            "This address has an account here. Sign in with its password, then connect %s in the account menu."
        ),
    }

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The provider, if the environment sets it up; else there is no such page."""
        try:
            return super().get_provider(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take the name over."""
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or data.get("username") or "")[:80]
        return user


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps rest encrypted."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong, or was used already. Wait for the next one."),
        "unverified_email": _("Confirm your e-mail address first: without it nobody could let you in again."),
    }

    def get_totp_issuer(self) -> str:
        """The name the app shows."""
        return "回响 Huixiang"

    def encrypt(self, text: str) -> str:
        """With the installation's key."""
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The same back."""
        return crypto.decrypt(encrypted_text)
