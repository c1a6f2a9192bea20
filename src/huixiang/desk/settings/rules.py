"""The decision table that grades."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.triage.grading import DIALS, in_words, table
from huixiang.triage.rules import save_rules as keep_rules
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission


@access.page()
def rules(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The table: the first row that holds gives the grade."""
    rows = table(membership.workspace)
    return access.shown(
        request, membership, "desk/settings/rules.html", "settings", tab="settings_rules",
        rules=[(rule, in_words(rule)) for rule in rows], grade_choices=Grade.choices,
    )  # fmt: skip


@access.verb(Permission.CONFIGURE)
def save_rules(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the table in the order of its numbers; a row without a name and ticked to go is left out."""
    rows = [row for row in _rows(request.POST) if not row["gone"]]
    rows.sort(key=lambda row: row["place"])
    keep_rules(workspace=membership.workspace, rows=rows, actor=access.actor(membership))
    address = reverse("desk:settings_rules", args=[membership.workspace.slug])
    return access.done(request, _("The rules are saved. They grade what comes in from now on."), address)


def _rows(sent: QueryDict) -> list[dict[str, Any]]:
    """The rows of the form; the empty one at its end counts only with a name."""
    keys = [key for key in sent.getlist("row") if key.isalnum()]
    return [_row(sent, key) for key in keys if key != "new" or sent.get("name-new", "").strip()]


def _row(sent: QueryDict, key: str) -> dict[str, Any]:
    least = {f"min_{dial}": _number(sent.get(f"{dial}-{key}", "")) for dial in DIALS}
    return {
        "place": _number(sent.get(f"place-{key}", "")) or 0,
        "name": sent.get(f"name-{key}", ""),
        "grade": sent.get(f"grade-{key}", ""),
        "escalating": f"escalating-{key}" in sent,
        "negative": f"negative-{key}" in sent,
        "gone": f"gone-{key}" in sent,
        **least,
    }


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):  # noqa: PLR2004 - far more than any of them
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": text[:20]})
    return int(text)
