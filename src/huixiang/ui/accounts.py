"""How allauth's forms and redirects fit Huixiang."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huixiang.workspaces.models import User


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

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Nothing to fill in."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """The page that knows whether somebody is staff or a member."""
        return reverse("home")
