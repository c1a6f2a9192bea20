"""The list of alerts, one of them with what did it, the number on the rail."""

import uuid
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huixiang.alerts import queries, wording
from huixiang.alerts.models import Alert, AlertKind, Notice, NoticeState, Severity, SubjectKind, Way
from huixiang.alerts.queries import Filters
from huixiang.alerts.rules import RULES
from huixiang.cases import approving
from huixiang.cases.models import PendingAnswer
from huixiang.desk import access
from huixiang.desk.dialogue.verdicts import in_words
from huixiang.desk.journal_words import tell_all
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

VIEWS: Final[dict[str, Promise]] = {
    "open": pgettext_lazy("alerts", "To see to"),
    "seen": pgettext_lazy("alerts", "Acknowledged"),
    "snoozed": pgettext_lazy("alerts", "Put off"),
    "done": pgettext_lazy("alerts", "Over"),
}
SNOOZES: Final[dict[str, Promise]] = {
    "hour": gettext_lazy("For an hour"),
    "tomorrow": gettext_lazy("Until nine tomorrow"),
    "week": gettext_lazy("For a week"),
}
OPENS: Final[dict[str, Promise]] = {
    SubjectKind.CASE: gettext_lazy("Open the case"),
    SubjectKind.THEME: gettext_lazy("Open the theme"),
    SubjectKind.ACCOUNT: gettext_lazy("Open the channel"),
    SubjectKind.ROOM: gettext_lazy("Open the war room"),
    SubjectKind.ANSWER: gettext_lazy("Look at the answer"),
}


def filters_of(data: QueryDict) -> Filters:
    """What an address asks for; what makes no sense narrows nothing."""
    view, rule, severity = data.get("view", ""), data.get("rule", ""), data.get("severity", "")
    return Filters(
        view=view if view in VIEWS else "open",
        rule=rule if rule in AlertKind.values else "",
        severity=severity if severity in Severity.values else "",
        mine=data.get("mine") == "1",
    )


def _query(filters: Filters) -> str:
    said = {"view": filters.view, "rule": filters.rule, "severity": filters.severity, "mine": "1" * filters.mine}
    return urlencode({name: value for name, value in said.items() if value})


def sees_to(membership: Membership) -> bool:
    """Whether somebody may acknowledge and put off: whoever handles cases or themes."""
    return holds(membership, Permission.HANDLE) or holds(membership, Permission.THEMES)


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The alerts of a view, what presses most first."""
    filters = filters_of(request.GET)
    page = queries.listed(membership, filters, request.GET.get("cursor", ""))
    numbers = queries.counts(membership, filters)
    here = _query(filters)
    context: dict[str, Any] = {
        "rows": [(one, OPENS[one.alert.subject_kind]) for one in wording.tell_all(membership.workspace, page.rows)],
        "next": f"{here}&{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "tabs": [(_query(replace(filters, view=view)), word, numbers.get(view), view == filters.view)
                 for view, word in VIEWS.items()],
        "filters": filters, "rules": AlertKind.choices, "severities": Severity.choices, "snoozes": SNOOZES.items(),
        "narrowed": bool(filters.rule or filters.severity or filters.mine), "sees_to": sees_to(membership),
        "query": here, "everything": _query(Filters(view=filters.view)), "verdicts": _verdicts(membership),
    }  # fmt: skip
    return access.shown(request, membership, "desk/alerts/listing.html", "alerts", **context)


def _verdicts(membership: Membership) -> list[tuple[PendingAnswer, str]]:
    """What was decided about this person's own answers, in words."""
    return [(one, in_words(one)) for one in approving.verdicts(membership)]


@access.page()
def badge(request: HttpRequest, membership: Membership) -> JsonResponse:  # noqa: ARG001 - every view is given it
    """How many alerts wait for this person, for the rail of every page; verdicts on their answers, to be said once."""
    verdicts = _verdicts(membership)
    count = queries.waiting(membership) + len(verdicts)
    news = [{"id": str(one.id), "said": said} for one, said in verdicts]
    return JsonResponse({"count": count, "label": _("%(n)s alerts") % {"n": count}, "news": news})


def alert_of(membership: Membership, alert_id: uuid.UUID) -> Alert:
    """An alert of the asker's own workspace, else 404."""
    found: Alert = access.found(queries.alert_by_id(workspace_id=membership.workspace_id, alert_id=alert_id))
    return found


@access.page()
def detail(request: HttpRequest, membership: Membership, alert_id: uuid.UUID) -> HttpResponse:
    """One alert: why, what was said, who was told and how that went, what became of it."""
    alert = alert_of(membership, alert_id)
    told = wording.tell_all(membership.workspace, [alert])[0]
    context: dict[str, Any] = {
        "told": told, "alert": alert, "rule": RULES[alert.rule], "opens": OPENS[alert.subject_kind],
        "evidence": queries.evidence(alert), "talk": queries.talk(alert), "notices": _notices(alert),
        "history": tell_all(queries.history(alert), membership.workspace), "earlier": queries.earlier(alert),
        "snoozes": SNOOZES.items(), "sees_to": sees_to(membership), "answer": _answer(alert),
    }  # fmt: skip
    return access.shown(request, membership, "desk/alerts/alert.html", "alerts", **context)


def _answer(alert: Alert) -> PendingAnswer | None:
    """The answer somebody is to decide on, or has."""
    if alert.subject_kind != SubjectKind.ANSWER:
        return None
    return approving.pending_by_id(workspace_id=alert.workspace_id, pending_id=alert.subject_id)


def _notices(alert: Alert) -> list[dict[str, Any]]:
    return [{"notice": one, "who": one.membership or one.target, "help": _help(one)} for one in queries.notices(alert)]


def _help(notice: Notice) -> str:
    """What to do about a telling that failed."""
    if notice.state != NoticeState.FAILED:
        return ""
    if notice.way == Way.MAIL:
        return _("Look at their address in the team's list and at the mail server's settings, then tell them again.")
    if notice.target and notice.target.account_id:
        return _("Look at the channel: resume it or copy the robot's address again, then tell the group again.")
    return _("Look at the address under Settings, Alerts, and send a test; then tell the group again.")
