"""How far a feedback is, for whoever has its link: it stands in groups, so nothing of what was said or who said it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from huixiang.cases.way import way
from huixiang.feedback.queries import feedback_by_id
from huixiang.groupbot.links import feedback_of
from huixiang.insights import echoes
from huixiang.portal.access import Visit, community_page


@community_page
@require_safe
def standing(request: HttpRequest, visit: Visit, standing: str) -> HttpResponse:
    """The steps with their times, and the public theme and announcement if there are any."""
    feedback_id = feedback_of(standing)
    found = feedback_by_id(workspace_id=visit.workspace.id, feedback_id=feedback_id) if feedback_id else None
    if found is None or found.removed_at:
        raise Http404
    if found.public:
        return redirect("portal:feedback", community=visit.workspace.slug, feedback_id=found.id)
    [one] = echoes.standings(workspace=visit.workspace, feedbacks=[found])
    theme = one.theme
    if theme and not theme.public:
        theme.fixed_in = ""  # what the team keeps to itself is not told by the way either
    shown = theme if theme and theme.public else None
    context = visit.context(
        "board", found=found, status=one.status, word=one.word, theme=shown,
        steps=way(feedback=found, case=one.case, theme=theme),
        announcement=echoes.announcement_of(theme) if theme and one.status == "announced" else None,
    )  # fmt: skip
    response = render(request, "portal/standing.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
