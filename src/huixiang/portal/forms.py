"""What people send us."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from huixiang.intake.acceptance import LONGEST_TEXT


class WordsForm(forms.Form):
    """One field of words, for answers."""

    text = forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={
            "required": _("Write something first."),
            "max_length": _("This is too long: %(show_value)d characters, up to %(limit_value)d can be taken."),
        },
    )


class SayForm(WordsForm):
    """Something new. `website` is a field no person sees: who fills it in is a program."""

    who = forms.ChoiceField(
        required=False,
        choices=[("me", "me"), ("me-private", "me-private"), ("nobody", "nobody"), ("nobody-public", "nobody-public")],
    )
    anonymous = forms.BooleanField(required=False)
    key = forms.UUIDField(required=False, error_messages={"invalid": _("Reload the page and send it again.")})
    website = forms.CharField(required=False)

    def named(self, *, logged_in: bool) -> bool:
        """Whether it is said under one's own name: not without a login, and not when anonymous was chosen."""
        chosen = str(self.cleaned_data["who"])
        return logged_in and not self.cleaned_data["anonymous"] and not chosen.startswith("nobody")

    def public(self, *, logged_in: bool) -> bool:
        """Whether it goes on the board: by name as a rule, without a name only if asked for."""
        if self.named(logged_in=logged_in):
            return str(self.cleaned_data["who"]) != "me-private"
        return str(self.cleaned_data["who"]) == "nobody-public"

    def idempotency_key(self) -> uuid.UUID | None:
        """What makes sending the form twice one message."""
        key: uuid.UUID | None = self.cleaned_data["key"]
        return key
