"""The workspace's language model: where it answers, what it may be asked and cost, whether it answers."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.desk import access
from huixiang.kernel.errors import Refused
from huixiang.triage.opinions import asking
from huixiang.triage.opinions.models import LanguageModel
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

MOST_NUMBER = 1_000_000_000


def _address(membership: Membership) -> str:
    return reverse("desk:settings_llm", args=[membership.workspace.slug])


@access.page(Permission.INTEGRATE)
def llm(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The settings, what was used this month, and how it has answered of late."""
    row = asking.model_of(membership.workspace_id) or LanguageModel(workspace=membership.workspace)
    now = timezone.now()
    current = row.month == timezone.localdate(now).replace(day=1)
    context = {
        "row": row, "calls": row.calls if current else 0, "tokens": row.tokens if current else 0,
        "resting": row.open_until if row.open_until and row.open_until > now else None,
        "half_open": row.failures >= asking.FAILURES, "failures": asking.FAILURES,
        "pause": round(asking.PAUSE.total_seconds() / 60),
    }  # fmt: skip
    return access.shown(request, membership, "desk/settings/llm.html", "settings", tab="settings_llm", **context)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= MOST_NUMBER):
        raise Refused(_("Give the limits as whole numbers."))
    return int(text)


@access.verb(Permission.INTEGRATE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep the settings. An empty key leaves the one that is kept."""
    asking.set_up(
        workspace=membership.workspace, on="on" in request.POST, base_url=request.POST.get("base_url", ""),
        name=request.POST.get("name", ""), key=request.POST.get("key", "") or None,
        seconds=_number(request, "seconds"), most_calls=_number(request, "most_calls"),
        most_tokens=_number(request, "most_tokens"), uses=request.POST.getlist("uses"), actor=access.actor(membership),
    )  # fmt: skip
    return access.done(request, _("Saved."), _address(membership))


@access.verb(Permission.INTEGRATE)
def try_out(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Ask one small question and say what came of it."""
    answered = asking.try_out(membership.workspace_id)
    said = _("It answers, after %(milliseconds)d ms.") % {"milliseconds": answered.milliseconds}
    return access.done(request, said, _address(membership))
