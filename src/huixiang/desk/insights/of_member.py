"""A critic's way on their own page."""

from typing import Any

from huixiang.desk.insights.listing import row
from huixiang.insights.conversion import queries, ways
from huixiang.members.models import Member
from huixiang.workspaces.models import Workspace


def way_of(member: Member, workspace: Workspace) -> dict[str, Any] | None:
    """Their latest way with its next step, for `desk/insights/of_member.html`; None for who criticised nothing."""
    ways.freshen(workspace.id)
    found = queries.of_member(member)
    if found is None:
        return None
    return {"row": row(found.standing, workspace), "ways": found.ways, "steps": found.steps}
