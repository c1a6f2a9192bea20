"""Everything a case's page shows, read once for the page, the inbox's pane and a pane after an answer."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.cases import queries
from huixiang.cases.detail_marks import DetailKey
from huixiang.cases.files import put_files
from huixiang.cases.filters import Filters
from huixiang.cases.handing import open_handover
from huixiang.cases.inbox import neighbours
from huixiang.cases.models import Case, Turn
from huixiang.cases.routes import Route, private_routes
from huixiang.cases.states import ENDED, Direction, Lane
from huixiang.cases.tag_queries import tags_of_cases
from huixiang.channels.contracts import carries
from huixiang.channels.models import DeliveryState
from huixiang.desk.cases.groups import in_group
from huixiang.desk.dialogue.reading import in_dialogue
from huixiang.desk.inbox import listing
from huixiang.desk.playbooks.now import now_of
from huixiang.desk.vocabulary import DIALS, FACTS
from huixiang.feedback import queries as feedback_queries
from huixiang.feedback.models import Feedback, Grade
from huixiang.themes.models import Theme
from huixiang.triage import dials
from huixiang.triage.models import Assessment
from huixiang.triage.opinions.asking import may_ask
from huixiang.triage.queries import assessments
from huixiang.triage.wording import Said, conditions, reason_of, worded
from huixiang.ui.files import choices
from huixiang.ui.marks import MASKED
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn as drawn: whether its lane begins here, whether something in it is masked, the turn it went out with."""

    turn: Turn
    lane_begins: bool
    group: bool
    masked: bool
    troubled: bool
    sender: str
    pair: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial of the assessment."""

    label: str
    value: int
    reason: Said
    quote: str


def case_context(membership: Membership, case: Case, *, place: str, filters: Filters) -> dict[str, Any]:
    """The pane: header, conversation, composer. `place` is inbox or case, where it stands."""
    feedbacks = feedback_queries.of_case(workspace_id=case.workspace_id, case_id=case.id)
    judged = assessment_of(case.workspace_id, feedbacks)
    turns = queries.turns(case)
    put_files(turns, awaited=True)
    routes = private_routes(member=case.member, account=case.account, conversation=case.conversation)
    return {
        "case": case,
        "place": place,
        "turns": shown_turns(turns),
        "tags": tags_of_cases([case.id])[case.id],
        "handover": open_handover(case),
        "loaded_at": timezone.now().isoformat(),
        **in_dialogue(membership, case, feedbacks, turns),
        "clocks": [clock for clock in queries.clocks(case) if not (clock.paused_at or clock.stopped_at)],
        "feedbacks": feedbacks,
        "assessment": judged,
        "rule": rule_of(judged),
        "dials": dials_of(judged, case.theme, case.member_id),
        "record": queries.member_record(case.member),
        "team": team(membership.workspace),
        "grade_choices": Grade.choices,
        "ended": case.state in ENDED,
        **(now_of(membership, case) if place == "inbox" else {}),
        "can_draft": may_ask(membership.workspace_id, "drafts"),
        "filter_query": listing.query_of(filters),
        **_neighbours(membership, case, filters),
        **lanes(case, routes, turns),
    }


def _neighbours(membership: Membership, case: Case, filters: Filters) -> dict[str, Any]:
    before, after = neighbours(viewer=membership, filters=filters, case=case)
    slug = membership.workspace.slug
    return {
        "before_id": before,
        "after_id": after,
        "inbox_address": listing.address(slug, filters),
        "here_address": listing.address(slug, filters, case=case.id),
        "after_address": listing.address(slug, filters, case=after or before or ""),
    }


def lanes(case: Case, routes: Sequence[Route], turns: Sequence[Turn] = ()) -> dict[str, Any]:
    """Which ways an answer can take, and the one that is chosen at first: where the two spoke last, if it is open."""
    route = next((way for way in routes if way.window.now), None)
    here = in_group(case)
    shut = next((way for way in routes if not way.window.now), None) or here["group_shut"]
    openly = case.public or here["group"] is not None
    first = Lane.PRIVATE if route else Lane.PUBLIC if openly else Lane.INTERNAL
    last = next((turn.lane for turn in reversed(turns) if turn.lane != Lane.INTERNAL), first)
    first = Lane.PUBLIC if last in (Lane.PUBLIC, Lane.GROUP) and openly else first
    how = carries(route.account.kind) if route else ""
    no_way = not (route or shut or openly)
    return {"route": route, "shut": shut, "lane": str(first), "no_way": no_way, "carries": how, **here, **choices()}


def shown_turns(turns: Sequence[Turn]) -> list[Shown]:
    """Turns with the places where public talk becomes private or the other way round; notes do not count."""
    drawn: list[Shown] = []
    pairs = {turn.paired_id: turn.id for turn in turns if turn.paired_id}
    lane = ""
    for turn in turns:
        group = _said_in_group(turn)
        here = "group" if group else turn.lane
        begins = here not in (Lane.INTERNAL, lane)
        lane = here if begins else lane
        troubled = turn.delivery is not None and turn.delivery.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)
        masked = turn.direction == Direction.INBOUND and bool(turn.message_id and MASKED.search(turn.text))
        sender = str(turn.by) if turn.by else _("Somebody who left")
        pair = turn.paired_id or pairs.get(turn.id)
        drawn.append(Shown(turn, begins, group, masked, troubled, sender, pair))
    return drawn


def _said_in_group(turn: Turn) -> bool:
    """Whether it was said where others of the channel could read it, though not on the board."""
    if turn.lane == Lane.GROUP:
        return True
    spoken = turn.direction == Direction.INBOUND and turn.lane == Lane.PRIVATE
    return spoken and turn.conversation is not None and not turn.conversation.private


def assessment_of(workspace_id: uuid.UUID, feedbacks: Sequence[Feedback]) -> Assessment | None:
    """The latest judgement of what a case is about."""
    found = assessments(workspace_id=workspace_id, feedback_ids=[feedback.id for feedback in feedbacks])
    return max(found.values(), key=lambda one: one.at, default=None)


def dials_of(assessment: Assessment | None, theme: Theme | None, member_id: uuid.UUID) -> list[Dial]:
    """The four dials with their reasons and quotes; how widespread it is as it is now, the rest as it was judged."""
    if assessment is None:
        return []
    told = dict(assessment.reasons)
    values = {name: getattr(assessment, name) for name in DIALS}
    if theme is not None:
        other = feedback_queries.voice_of_another(theme_id=theme.id, member_id=member_id)
        now = dials.prevalence(theme, other)
        values["prevalence"], told["prevalence"] = now.value, now.to_json()
    return [
        Dial(str(label), values[name], reason_of(told.get(name, {})), told.get(name, {}).get("quote", ""))
        for name, label in DIALS.items()
    ]


def facts_of(feedbacks: Sequence[Feedback]) -> list[tuple[str, str]]:
    """What was said, fact by fact; the first to tell a fact is quoted."""
    told: dict[str, str] = {}
    for feedback in feedbacks:
        for name, text in feedback.facts.items():
            told.setdefault(name, text)
    return [(str(label), told[name]) for name, label in FACTS.items() if told.get(name)]


def missing_of(feedbacks: Sequence[Feedback]) -> list[str]:
    """What feedback by itself does not tell, in asking order; what its case knows since: see dialogue.reading."""
    told = {name for feedback in feedbacks for name, text in feedback.facts.items() if text}
    wanted = {name for feedback in feedbacks for name in feedback.missing} - told
    return [str(DetailKey(name).label) for name in DetailKey.values if name in wanted]


def rule_of(assessment: Assessment | None) -> dict[str, Said]:
    """The name and the conditions of the rule that gave the grade, for the page that shows them."""
    if assessment is None:
        return {}
    return {"name": worded(assessment.rule_name), "text": conditions(assessment.rule_text)}


def emotions_of(feedbacks: Sequence[Feedback]) -> tuple[list[Said], str]:
    """The emotions heard, each once, and the words they were heard in."""
    names = dict.fromkeys(name for feedback in feedbacks for name in feedback.emotions)
    quotes = [feedback.emotion_quote for feedback in feedbacks if feedback.emotion_quote]
    return [worded(name) for name in names], quotes[-1] if quotes else ""
