"""Letting a theme go a step, from its page, the list or the board: asks what the step needs."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.desk import access
from huixiang.desk.themes.telling import address_of, done, theme_of
from huixiang.kernel.errors import Refused
from huixiang.themes import actions, changing
from huixiang.themes.models import Theme
from huixiang.themes.states import NEXT, ThemeStatus
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

STEPS: Final[dict[str, Promise]] = {
    ThemeStatus.CONFIRMED: gettext_lazy("Confirm it"),
    ThemeStatus.FIXING: gettext_lazy("Start fixing"),
    ThemeStatus.FIXED: gettext_lazy("It is fixed"),
    ThemeStatus.DECLINED: gettext_lazy("Decline"),
}
LONGEST_VERSION: Final = 60


@access.page(Permission.THEMES)
def moving(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """The form of a step: in the dialog of the page one is on, or as a page of its own."""
    theme = theme_of(membership, theme_id)
    steps = [(str(status), word) for status, word in STEPS.items() if status in NEXT[theme.status]]
    wanted = request.GET.get("to", "")
    chosen = wanted if wanted in NEXT[theme.status] else next((status for status, _word in steps), "")
    context = {"theme": theme, "steps": steps, "to": chosen, "back": request.GET.get("next", "")}
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/themes/step.html", in_dialog=True, **context)
    return access.shown(request, membership, "desk/themes/moving.html", "themes", **context)


@access.verb(Permission.THEMES)
def move(request: HttpRequest, membership: Membership, theme_id: uuid.UUID) -> HttpResponse:
    """Confirm it, say that it is being fixed or is fixed, or decline it with a reason."""
    theme, status = theme_of(membership, theme_id), request.POST.get("to", "")
    if status not in STEPS:
        raise Refused(_("Choose where it goes."))
    _step(request, membership, theme, status)
    said = _("“%(name)s” is now: %(status)s.") % {"name": theme.name, "status": ThemeStatus(status).label}
    return _done(request, membership, theme, said)


def _step(request: HttpRequest, membership: Membership, theme: Theme, status: str) -> None:
    actor, words = access.actor(membership), request.POST.get("root_cause", theme.root_cause).strip()
    if status == ThemeStatus.FIXED:
        version = request.POST.get("fixed_in", "").strip()[:LONGEST_VERSION]
        fix = request.POST.get("fix", "")
        actions.resolve(theme=theme, root_cause=words, fix=fix, fixed_in=version, actor=actor)
        return
    if words != theme.root_cause:
        actions.describe(theme=theme, actor=actor, root_cause=words)
    actions.move(theme=theme, to=status, actor=actor, words=request.POST.get("reason", ""))


def _done(request: HttpRequest, membership: Membership, theme: Theme, said: str) -> HttpResponse:
    change = changing.latest(theme_of(membership, theme.id))
    undo = f"{address_of(membership, theme.id)}changes/{change.id}/undo/" if change else ""
    return done(request, said, access.back(request, address_of(membership, theme.id)), undo=undo)


@access.verb(Permission.THEMES)
def undo(request: HttpRequest, membership: Membership, theme_id: uuid.UUID, change_id: uuid.UUID) -> HttpResponse:
    """Take back what was written, or the step."""
    theme = theme_of(membership, theme_id)
    access.found(theme.changes.filter(id=change_id).first())
    actor = access.actor(membership)
    changing.undo(change_id=change_id, workspace_id=membership.workspace_id, actor=actor)
    return done(request, _("It is as it was before."), access.back(request, address_of(membership, theme.id)))
