"""Figures: how far critics came, with the sentences that say what is counted."""

import datetime
import uuid
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from huixiang.api import filters, keys, shapes
from huixiang.channels.models import ChannelAccount
from huixiang.insights.conversion import queries, ways
from huixiang.insights.conversion.queries import Step, Wanted
from huixiang.insights.conversion.stages import LOST

router = Router(tags=["Insights"])
USUAL = datetime.timedelta(days=30)
LONGEST = datetime.timedelta(days=3_660)
StageKey = Literal["signal", "answered", "details", "solved", "announced", "satisfied", "returned"]
LostKey = Literal["closed", "unreachable", "silent"]


class ConversionFilter(Schema):
    """The critics who spoke up in a stretch of time; filters left out leave everybody in."""

    since: filters.Moment | None = Field(None, description="From this moment on; thirty days before `until`.")
    until: filters.Moment | None = Field(None, description="Before this moment; now.")
    count: Literal["people", "matters"] = Field(
        "people", description="people: each person once, by the latest of their matters."
    )
    channel: filters.Word = Field("", description="Slug of the channel they spoke up on.")
    tier: Literal["plain", "active", "koc", "core"] | None = None
    grade: filters.GradeName | None = None
    theme: uuid.UUID | None = None


class StageFigures(Schema):
    """One stage with what counts as it, in the language asked for."""

    key: StageKey
    name: str
    definition: str
    reached: int = Field(description="Who got there or further.")
    here: int = Field(description="Who stand there.")
    reached_before: int = Field(description="`reached` of the stretch before, as it stood after the same time.")
    timed: int = Field(description="Of how many the time since the stage before is known.")
    median_seconds: float | None = Field(description="Since the stage before that was really taken.")
    ninetieth_seconds: float | None = Field(description="Within which nine in ten took it.")


class LostFigures(Schema):
    """A way of being lost, with what counts as it."""

    key: LostKey
    name: str
    definition: str
    number: int


class Conversion(Schema):
    """How far critics came. The stages from the first; who went further without one counts as past it."""

    since: datetime.datetime
    until: datetime.datetime
    total: int
    total_before: int
    stages: list[StageFigures]
    lost: list[LostFigures]


@router.get(
    "/insights/conversion", auth=keys.read, response=shapes.answers(Conversion), summary="Conversion of critics"
)
def conversion(request: keys.KeyedRequest, asked: Query[ConversionFilter]) -> Any:
    """The funnel of critics as the desk shows it, with the sentences that define it."""
    workspace, wanted = request.auth.workspace, _wanted(request, asked)
    ways.freshen(workspace.id)
    found = queries.funnel(workspace=workspace, wanted=wanted)
    return {
        "since": wanted.since,
        "until": wanted.until,
        "total": found.total,
        "total_before": found.before,
        "stages": [_stage(step) for step in found.steps],
        "lost": [
            {"key": key, "name": str(word), "definition": str(sentence), "number": found.lost[key]}
            for key, (word, sentence) in LOST.items()
        ],
    }


def _wanted(request: keys.KeyedRequest, asked: ConversionFilter) -> Wanted:
    until = asked.until or timezone.now()
    since = asked.since or until - min(USUAL, until - datetime.datetime.min.replace(tzinfo=datetime.UTC))
    if not datetime.timedelta(0) < until - since <= LONGEST or since.year < 2000:  # noqa: PLR2004 - before any message
        raise HttpError(422, _("since must lie before until, by ten years at most."))
    account = None
    if asked.channel:
        account = ChannelAccount.objects.filter(workspace=request.auth.workspace, slug=asked.channel).first()
    nowhere = uuid.UUID(int=0) if asked.channel else None
    return Wanted(
        since=since, until=until, people=asked.count == "people", account_id=account.id if account else nowhere,
        theme_id=asked.theme, tier=asked.tier or "", grade=asked.grade or "",
    )  # fmt: skip


def _stage(step: Step) -> dict[str, Any]:
    one = step.definition
    return {
        "key": one.key, "name": str(one.word), "definition": str(one.sentence), "reached": step.reached,
        "here": step.here, "reached_before": step.before, "timed": step.timed,
        "median_seconds": step.median.total_seconds() if step.median is not None else None,
        "ninetieth_seconds": step.ninetieth.total_seconds() if step.ninetieth is not None else None,
    }  # fmt: skip
