"""What narrows a file of verbatims, in words: for the sheet that says what the file is, and above the list."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Kind
from huixiang.members.models import Tier
from huixiang.themes import verbatims

Words = list[tuple[str, str]]


def said_in_words(filters: verbatims.Filters, *, accounts: list[ChannelAccount]) -> Words:
    """The filters as pairs of what and value; what is open is left out."""
    version = _("not named") if filters.version == verbatims.UNTOLD else filters.version
    found = [
        (_("Channel"), account_name(accounts, filters.account_id)), (_("Version"), version),
        (_("Kind"), label(Kind, filters.kind)), (_("Tier"), label(Tier, filters.tier)),
        (_("Said since"), date_format(filters.since, "Y-m-d") if filters.since else ""),
    ]  # fmt: skip
    return [(what, value) for what, value in found if value]


def label(choices: Any, value: str) -> str:
    """The word for one of the choices, "" for anything else."""
    return str(choices(value).label) if value in choices.values else ""


def account_name(accounts: list[ChannelAccount], account_id: object) -> str:
    """The name of one of the accounts, "" for none of them."""
    return next((account.name for account in accounts if account.id == account_id), "")
