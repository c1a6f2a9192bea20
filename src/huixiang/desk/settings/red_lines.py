"""Which red lines hold an answer back, and when somebody sent one all the same."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.cases.red_lines import RedLine, held_lines, hold_to
from huixiang.desk import access
from huixiang.desk.journal_words import tell_all
from huixiang.journal.queries import latest
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

CROSSINGS: Final = 20
WHY: Final[dict[str, tuple[Promise, Promise]]] = {
    RedLine.EXPOSES: (
        gettext_lazy("A phone number, a number plate, an address or the like in an answer everybody can read."),
        gettext_lazy("Example: “Ms Li, we will call you at 138 0000 0000.”"),
    ),
    RedLine.THREATENS: (
        gettext_lazy("Words that press a member: lawyers, a ban, “delete it or else”, “we know where you live”."),
        gettext_lazy("Example: “Take the post down, or we keep the right to sue you.”"),
    ),
}


@access.page()
def red_lines(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The lines, and the latest answers that crossed one with a reason."""
    held = held_lines(membership.workspace)
    crossed = latest(workspace_id=membership.workspace_id, name="cases.red_line_crossed", limit=CROSSINGS)
    return access.shown(
        request, membership, "desk/settings/red_lines.html", "settings", tab="settings_red_lines",
        lines=[(line, *WHY[line], line in held) for line in RedLine],
        crossed=tell_all(crossed, membership.workspace),
    )  # fmt: skip


@access.verb(Permission.CONFIGURE)
def save(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Keep which lines hold."""
    hold_to(workspace=membership.workspace, lines=request.POST.getlist("line"), actor=access.actor(membership))
    address = reverse("desk:settings_red_lines", args=[membership.workspace.slug])
    return access.done(request, _("Saved. Answers are held to it from now on."), address)
