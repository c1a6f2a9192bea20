"""The board: what the community says, and what came of it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huixiang.cases import way
from huixiang.insights import board as boards
from huixiang.insights import echoes
from huixiang.insights.queries import recent_month_figures
from huixiang.insights.replies import Reply, replies
from huixiang.kernel.ids import new_id
from huixiang.portal.access import Visit, community_page
from huixiang.portal.views.search import answer
from huixiang.themes.queries import voted

ROWS = 20
NEWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A matter as the list shows it."""

    matter: boards.Matter
    reply: Reply | None
    mine: str  # "said", "voted" or ""


@community_page
@require_safe
def board(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The whole board; with htmx only the next rows."""
    if request.GET.get("q", "").strip():
        return answer(request, visit)
    order = request.GET.get("order", "hot")
    wanted = boards.Wanted(
        order=order if order in {"hot", "new", "mine"} else "hot",
        status=request.GET.get("status", ""),
        mine=visit.member if order == "mine" else None,
    )
    page = boards.matters(workspace=visit.workspace, wanted=wanted, cursor=request.GET.get("after", ""), size=ROWS)
    context = visit.context(
        "board", rows=_rows(visit, page.rows), next_cursor=page.next_cursor, wanted=wanted, size=ROWS
    )
    if request.headers.get("HX-Request") and "after" in request.GET:
        return render(request, "portal/rows.html", context)
    return render(request, "portal/board.html", context | _around(visit, wanted))


def _rows(visit: Visit, matters: list[boards.Matter]) -> list[Row]:
    theme_ids = [matter.theme_id for matter in matters]
    said_back = replies(workspace=visit.workspace, matters=matters)
    said = boards.taken_part(member=visit.member, theme_ids=theme_ids)
    votes = voted(member=visit.member, theme_ids=theme_ids)
    return [Row(m, said_back.get(m.key), part_of(m.theme_id, said, votes)) for m in matters]


def part_of(theme_id: UUID | None, said: set[UUID], votes: set[UUID]) -> str:
    """Whether the visitor said it or said 我也是."""
    return "said" if theme_id in said else "voted" if theme_id in votes else ""


def _around(visit: Visit, wanted: boards.Wanted) -> dict[str, object]:
    """What stands beside the list: figures, filters, echoes, the latest announcements."""
    announced = echoes.announced(visit.workspace)
    counts = boards.status_counts(workspace=visit.workspace, mine=wanted.mine)
    return {
        "figures": recent_month_figures(visit.workspace),
        "counts": [(status, way.word(status, None), counts[status]) for status in boards.STATUSES if status in counts],
        "total": sum(counts.values()),
        "mine_count": boards.mine_count(workspace=visit.workspace, member=visit.member),
        "echoes": echoes.latest(visit.workspace, announced),
        "announcements": announced[:NEWS],
        "key": new_id(),
    }
