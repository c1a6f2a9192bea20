"""The front door: staff go to their desk, everybody else to the community."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from huixiang.workspaces.models import Workspace
from huixiang.workspaces.queries import workspaces_of


def home(request: HttpRequest) -> HttpResponse:
    """Send each person where they belong; with several communities, show them."""
    if request.user.is_authenticated:
        own = workspaces_of(request.user)
        if own:
            return redirect("desk:inbox", workspace=own[0].slug)
    communities = list(Workspace.objects.order_by("name")[:50])
    if len(communities) == 1:
        return redirect("portal:board", community=communities[0].slug)
    return render(request, "portal/home.html", {"communities": communities})
