"""The funnel and its lists. Every function makes the ways fresh first where a page begins, and is of one workspace."""

import datetime
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db.models import Aggregate, Count, DurationField, Expression, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from huixiang.cases import search as case_search
from huixiang.cases.models import Case
from huixiang.feedback.models import Feedback
from huixiang.insights.conversion.stages import SILENT_DAYS, STAGES, Definition, Lost, Stage
from huixiang.insights.models import CriticWay
from huixiang.kernel import pagination
from huixiang.members import search as member_search
from huixiang.members.models import Member
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.models import Workspace

FIELDS: Final = [one.field for one in STAGES]
MOST_THEMES: Final = 50  # offered to choose from
SORTS: Final = {"stuck": ("stage_at", "key"), "latest": ("-begun_at", "-key")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ways are counted: begun from `since` to before `until`, and narrowed; "" and None leave a thing open.

    `people` counts each person once, by the latest of their ways that fit; else every way counts.
    """

    since: datetime.datetime
    until: datetime.datetime
    people: bool = True
    account_id: uuid.UUID | None = None
    theme_id: uuid.UUID | None = None
    tier: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Which part of them is listed. `stage`: who stands there; `reached`: who got there or further; `lost`: how."""

    stage: Stage | None = None
    reached: Stage | None = None
    lost: str = ""
    q: str = ""
    mine: uuid.UUID | None = None  # the membership whose cases they are
    sort: str = "stuck"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel. `reached` got there or further, `here` stand there, `before` is reached a period ago.

    `median` and `ninetieth` are the time since the stage before it that was really taken, of the `timed` ways.
    """

    definition: Definition
    reached: int
    here: int
    before: int
    timed: int = 0
    median: datetime.timedelta | None = None
    ninetieth: datetime.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """All stages from the first, those lost by how, and how many there were in all now and in the period before."""

    steps: list[Step]
    lost: dict[str, int]
    total: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A way in a list: what it was about, and its next step is found by next_steps.of."""

    way: CriticWay
    title: str
    silent: bool


class Percentile(Aggregate):
    """The value below which `share` of the values lie, between two of them if need be."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"


def narrowed(workspace: Workspace, wanted: Wanted) -> QuerySet[CriticWay]:
    """The ways that count."""
    found = CriticWay.objects.filter(
        workspace_id=workspace.id, begun_at__gte=wanted.since, begun_at__lt=wanted.until
    )
    named = {
        "account_id": wanted.account_id, "theme_id": wanted.theme_id, "member__tier": wanted.tier,
        "grade": wanted.grade,
    }  # fmt: skip
    found = found.filter(**{name: value for name, value in named.items() if value})
    if not wanted.people:
        return found
    latest = found.order_by("member_id", "-begun_at", "-key").distinct("member_id")
    return CriticWay.objects.filter(key__in=latest.values("key"))


def _silent(now: datetime.datetime) -> Q:
    return Q(lost="", quiet_since__lt=now - datetime.timedelta(days=SILENT_DAYS))


def lost_as(lost: str, now: datetime.datetime) -> Q:
    """The ways that are lost so."""
    return _silent(now) if lost == Lost.SILENT else Q(lost=lost)


def _reached_by(place: int, at: datetime.datetime) -> Q:
    """Got there or further by a moment."""
    found = Q()
    for name in FIELDS[place:]:
        found |= Q(**{f"{name}__lte": at})
    return found


def _taken(place: int) -> Expression:
    """The time from the stage before that was really taken; never less than nothing."""
    earlier = [F(name) for name in FIELDS[place - 1 :: -1]]
    since = Coalesce(*earlier) if len(earlier) > 1 else earlier[0]
    return ExpressionWrapper(Greatest(F(FIELDS[place]), since) - since, output_field=DurationField())


def funnel(*, workspace: Workspace, wanted: Wanted, now: datetime.datetime | None = None) -> Funnel:
    """The figures: two statements. The period before is as long, and is seen as it stood one such period ago.

    So both have had the same time to get on; who was reopened since counts in it by what they have reached now.
    """
    now = now or timezone.now()
    asked: dict[str, Any] = {"total": Count("key")}
    for place in range(len(STAGES)):
        asked[f"here_{place}"] = Count("key", filter=Q(stage=place))
        if place:
            both = {FIELDS[place] + "__isnull": False}
            asked[f"timed_{place}"] = Count("key", filter=Q(**both))
            asked[f"median_{place}"] = Percentile(_taken(place), share=0.5, filter=Q(**both))
            asked[f"ninetieth_{place}"] = Percentile(_taken(place), share=0.9, filter=Q(**both))
    for lost in Lost:
        asked[f"lost_{lost}"] = Count("key", filter=lost_as(lost, now))
    found = narrowed(workspace, wanted).aggregate(**asked)
    before = _before(workspace, wanted, now)
    steps = [_step(definition, found, before) for definition in STAGES]
    return Funnel(steps, {str(lost): found[f"lost_{lost}"] for lost in Lost}, found["total"], before["total"])


def _before(workspace: Workspace, wanted: Wanted, now: datetime.datetime) -> dict[str, int]:
    length = wanted.until - wanted.since
    earlier = replace(wanted, since=wanted.since - length, until=wanted.since)
    asked = {f"by_{place}": Count("key", filter=_reached_by(place, now - length)) for place in range(len(STAGES))}
    return narrowed(workspace, earlier).aggregate(total=Count("key"), **asked)


def _step(definition: Definition, found: dict[str, Any], before: dict[str, int]) -> Step:
    place = int(definition.stage)
    reached = sum(found[f"here_{further}"] for further in range(place, len(STAGES)))
    return Step(
        definition, reached, found[f"here_{place}"], before[f"by_{place}"], found.get(f"timed_{place}", 0),
        found.get(f"median_{place}"), found.get(f"ninetieth_{place}"),
    )  # fmt: skip


def listed(*, workspace: Workspace, wanted: Wanted, part: Listed) -> QuerySet[CriticWay]:
    """The ways of a list, in no order: each is among those the funnel counts."""
    found = narrowed(workspace, wanted)
    if part.stage is not None:
        found = found.filter(stage=part.stage)
    if part.reached is not None:
        found = found.filter(stage__gte=part.reached)
    if part.lost:
        found = found.filter(lost_as(part.lost, timezone.now()))
    if part.mine:
        found = found.filter(case__owner_id=part.mine)
    return _about(found, workspace, part.q) if part.q else found


def _about(found: QuerySet[CriticWay], workspace: Workspace, q: str) -> QuerySet[CriticWay]:
    cases = Case.objects.filter(case_search.matching(workspace_id=workspace.id, query=q, meaning=False))
    people = Member.objects.filter(member_search.matching(workspace_id=workspace.id, query=q), workspace=workspace)
    return found.filter(
        Q(case_id__in=cases.filter(workspace=workspace).values("id")) | Q(member_id__in=people.values("id"))
    )


def page(
    *, workspace: Workspace, wanted: Wanted, part: Listed, cursor: str = "", size: int = 50
) -> pagination.Page[Standing]:
    """A page of a list, who is stuck longest first: two statements, three when somebody has no case."""
    order = SORTS[part.sort]
    column = order[0].lstrip("-")
    found = listed(workspace=workspace, wanted=wanted, part=part)
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        found = _after(found, column, place, falling=order[0].startswith("-"))
    rows = found.select_related("member", "account", "theme", "case__owner__user").defer("theme__centre")
    cut = pagination.cut(list(rows.order_by(*order)[: size + 1]), size, column, "key")
    return pagination.Page(standings(cut.rows), cut.next_cursor)


def _after(found: QuerySet[CriticWay], column: str, place: list[Any], *, falling: bool) -> QuerySet[CriticWay]:
    beyond = "lt" if falling else "gt"
    same = Q(**{column: place[0], f"key__{beyond}": place[1]})
    return found.filter(Q(**{f"{column}__{beyond}": place[0]}) | same)


def standings(ways: list[CriticWay]) -> list[Standing]:
    """Ways with what they were about: one statement when one of them has no case, else none."""
    ids = [way.feedback_id for way in ways if way.feedback_id]
    titles: dict[uuid.UUID | None, str] = {}
    if ids:
        titles.update(Feedback.objects.filter(id__in=ids).values_list("id", "title"))
    edge = timezone.now() - datetime.timedelta(days=SILENT_DAYS)
    return [
        Standing(
            way,
            way.case.title if way.case else titles.get(way.feedback_id, ""),
            not way.lost and way.quiet_since is not None and way.quiet_since < edge,
        )
        for way in ways
    ]


def themes_to_choose(*, workspace: Workspace, chosen: uuid.UUID | None) -> list[Theme]:
    """The themes that weigh most, and the chosen one: one statement."""
    found = Theme.objects.filter(workspace=workspace).exclude(status=ThemeStatus.MERGED).only("id", "name")
    heaviest = found.order_by("-impact", "-id")[:MOST_THEMES]
    if not chosen:
        return list(heaviest)
    return list(found.filter(Q(id=chosen) | Q(id__in=heaviest.values("id"))).order_by("-impact", "-id"))


@dataclass(frozen=True, slots=True)
class OfMember:
    """A person's latest way, and how many matters they had in all."""

    standing: Standing
    ways: int = 0
    steps: list[tuple[Definition, datetime.datetime | None, str]] = field(default_factory=list)


def of_member(member: Member) -> OfMember | None:
    """The way of one critic: one statement, two when it has no case; None for who never criticised anything.

    `steps`: each stage with when it was reached (None where it was passed or is to come) and done, passed or todo.
    """
    found = CriticWay.objects.filter(workspace_id=member.workspace_id, member_id=member.id)
    rows = found.select_related("member", "account", "theme", "case__owner__user").defer("theme__centre")
    latest = rows.annotate(ways=Window(Count("key"))).order_by("-begun_at", "-key").first()
    if latest is None:
        return None
    steps = [(one, getattr(latest, one.field), _state(latest, one)) for one in STAGES]
    return OfMember(standings([latest])[0], latest.ways, steps)


def _state(way: CriticWay, one: Definition) -> str:
    if one.stage > way.stage:
        return "todo"
    if one.stage == way.stage:
        return "now"
    return "done" if getattr(way, one.field) else "passed"
