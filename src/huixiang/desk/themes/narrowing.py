"""What a page of themes was asked to show, read from its address, and the address again."""

import datetime
import uuid
from typing import Final

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Grade, Kind
from huixiang.insights.exports.words import Words, account_name, label
from huixiang.members.models import Tier
from huixiang.themes import browsing, verbatims
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Membership, Workspace

LONGEST_QUERY: Final = 100


def identifier(value: str) -> uuid.UUID | None:
    """The id a field holds; None for anything that is none."""
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def identifiers(data: QueryDict, name: str) -> list[uuid.UUID]:
    """The ids a field holds, each once, in the order they came."""
    return list(dict.fromkeys(filter(None, map(identifier, data.getlist(name)))))


def channels(workspace: Workspace) -> list[ChannelAccount]:
    """The channel accounts to choose from, by name."""
    return list(workspace.channel_accounts.order_by("name"))


def _day(value: str) -> datetime.date | None:
    try:
        return parse_date(value)
    except ValueError:
        return None


def themes(data: QueryDict) -> browsing.Filters:
    """Which themes; what makes no sense narrows nothing."""
    status, owner = data.get("status", "open"), data.get("owner", "")
    return browsing.Filters(
        q=data.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        status=status if status in ThemeStatus.values or status == "open" else "",
        owner=owner if owner == "none" or identifier(owner) else "",
        grade=data.get("grade", "") if data.get("grade") in Grade.values else "",
        account_id=identifier(data.get("channel", "")),
        public=data.get("public", "") if data.get("public") in ("yes", "no") else "",
        since=_day(data.get("since", "")),
        rising=data.get("rising") == "1",
    )


def said(data: QueryDict) -> verbatims.Filters:
    """Which verbatims; what makes no sense narrows nothing."""
    return verbatims.Filters(
        account_id=identifier(data.get("channel", "")),
        version=data.get("version", "").replace("\x00", "")[:LONGEST_QUERY],
        kind=data.get("kind", "") if data.get("kind") in Kind.values else "",
        tier=data.get("tier", "") if data.get("tier") in Tier.values else "",
        since=_day(data.get("since", "")),
    )


def address(request: HttpRequest, *dropped: str, **changed: str) -> str:
    """The page's own query, without its place in the list and these fields, with those changed."""
    query = request.GET.copy()
    for name in ("cursor", "column", *dropped, *changed):
        query.pop(name, None)
    for name, value in changed.items():
        query[name] = value
    kept = [(name, value) for name, values in query.lists() for value in values if value]
    clean = QueryDict(mutable=True)
    for name, value in kept:
        clean.appendlist(name, value)
    return clean.urlencode()


def themes_in_words(
    filters: browsing.Filters, *, accounts: list[ChannelAccount], team: list[Membership]
) -> Words:
    """The filters as pairs of what and value, for the sheet that says what a file is."""
    status = _("Unsolved") if filters.status == "open" else label(ThemeStatus, filters.status)
    owners = {str(one.id): str(one) for one in team} | {"none": _("Nobody")}
    found = [
        (_("Search"), filters.q), (_("Status"), status), (_("Owner"), owners.get(filters.owner, "")),
        (_("Worst grade"), label(Grade, filters.grade)), (_("Channel"), account_name(accounts, filters.account_id)),
        (_("Public"), {"yes": _("yes"), "no": _("no")}.get(filters.public, "")),
        (_("Seen since"), date_format(filters.since, "Y-m-d") if filters.since else ""),
        (_("Rising only"), _("yes") if filters.rising else ""),
    ]  # fmt: skip
    return [(what, value) for what, value in found if value]
