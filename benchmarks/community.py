"""A community of any size, written straight into the tables: what the lists are measured on is how many rows there are.

Of all feedback a third is public, three in five have a case, and a third of the cases are unfinished. About fifty
make a theme, and three come from one member. The embeddings are not of the texts but as spread: one direction a
theme, with noise.
"""

import datetime
import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import sentences

PIECE = 2_000
A_THEME, A_MEMBER = 50, 3
NEIGHBOURS = "feedback_neighbours"


def grow(account: Any, portal: Any, upto: int) -> None:
    """Bring a workspace to `upto` feedbacks. The index of meanings is built anew at the end, which is much faster."""
    from django.db import connection

    from huixiang.feedback.models import Feedback

    have = Feedback.objects.filter(workspace=account.workspace).count()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [NEIGHBOURS])
        [definition] = cursor.fetchone()
        cursor.execute(f"DROP INDEX {NEIGHBOURS}")
        for start in range(have, upto, PIECE):
            _piece(account, portal, start, min(PIECE, upto - start))
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(definition)
        cursor.execute("UPDATE workspaces_workspace SET case_number = %s", [upto + 1_000])
        cursor.execute("VACUUM (ANALYZE)")


def _piece(account: Any, portal: Any, start: int, number: int) -> None:
    chance = random.Random(start)
    places = np.random.default_rng(start)
    texts = itertools.islice(sentences.messages(seed=start + 7), number)
    members = _members(account, max(1, number // A_MEMBER), chance, start)
    themes = _themes(account, max(1, number // A_THEME), chance, places, start)
    feedbacks, cases = [], []
    for place, text in enumerate(texts, start):
        feedback = _feedback((account, portal), chance, places, (chance.choice(members), chance.choice(themes)), text)
        if chance.random() < 0.6:
            cases.append(_case(feedback, chance, place))
            feedback.case_id = cases[-1].id
        feedbacks.append(feedback)
    _store(feedbacks, cases, chance)


def _members(account: Any, number: int, chance: random.Random, start: int) -> list[Any]:
    from huixiang.members.models import Identity, Member, Tier

    now = _now()
    members = [
        Member(
            workspace=account.workspace, name=f"车友{start + place}", tier=chance.choice(Tier.values),
            feedback_count=chance.randint(1, 9), mood=chance.randint(-100, 100),
            last_contact_at=now - datetime.timedelta(hours=chance.random() * 8_000),
        )
        for place in range(number)
    ]  # fmt: skip
    Member.objects.bulk_create(members)
    Identity.objects.bulk_create(
        Identity(workspace=account.workspace, account=account, external_id=f"u-{start}-{place}", member=member)
        for place, member in enumerate(members)
    )
    return members


def _themes(account: Any, number: int, chance: random.Random, places: Any, start: int) -> list[Any]:
    from huixiang.feedback.models import DIMENSIONS, Grade
    from huixiang.themes.models import Theme
    from huixiang.themes.states import ThemeStatus

    now = _now()
    statuses = [status for status in ThemeStatus.values if status != "merged"]
    themes = [
        Theme(
            workspace=account.workspace, name=_name(chance, start + place),
            status=chance.choice(statuses), public=chance.random() < 0.5, feedback_count=A_THEME,
            people_count=chance.randint(1, A_THEME), impact=chance.random() * 30,
            worst_grade=chance.choice(Grade.values),
            centre=_unit(places.standard_normal(DIMENSIONS)), first_seen=now - datetime.timedelta(days=300),
            last_seen=now - datetime.timedelta(hours=chance.random() * 2_000),
        )
        for place in range(number)
    ]  # fmt: skip
    Theme.objects.bulk_create(themes)
    return themes


def _name(chance: random.Random, number: int) -> str:
    return f"{chance.choice(sentences.THINGS)}{chance.choice(sentences.FAULTS)} {number}"


def _unit(vector: Any) -> Any:
    return vector / np.linalg.norm(vector)


def _feedback(accounts: tuple[Any, Any], chance: random.Random, places: Any, of: tuple[Any, Any], text: str) -> Any:
    from huixiang.feedback.models import DIMENSIONS, Feedback, Grade, Kind

    (account, portal), (member, theme) = accounts, of
    public = chance.random() < 0.33
    return Feedback(
        workspace=account.workspace, member=member, account=portal if public else account, title=text[:24], text=text,
        public=public, said_at=_now() - datetime.timedelta(hours=chance.random() * 8_000),
        severity=chance.randint(0, 4),
        kind=chance.choice([Kind.DEFECT, Kind.COMPLAINT, Kind.SUGGESTION, Kind.QUESTION, Kind.PRAISE]),
        sentiment=chance.randint(-1, 1), model_version="bench", grade=chance.choice(Grade.values), theme_id=theme.id,
        embedding=_unit(np.asarray(theme.centre) + 0.6 * _unit(places.standard_normal(DIMENSIONS))),
    )  # fmt: skip


def _case(feedback: Any, chance: random.Random, place: int) -> Any:
    from huixiang.cases.models import Case
    from huixiang.cases.states import CaseState

    unfinished = chance.random() < 0.33
    states = ["open", "waiting_member", "waiting_us"] if unfinished else ["solved", "confirmed", "closed"]
    state = CaseState(chance.choice(states))
    due = _now() + datetime.timedelta(hours=chance.uniform(-20, 90))
    return Case(
        workspace_id=feedback.workspace_id, number=1_000 + place, title=feedback.title, member=feedback.member,
        theme_id=feedback.theme_id, account=feedback.account, grade=feedback.grade, state=state, public=feedback.public,
        urgency=int(due.timestamp()), due_at=due if unfinished else None, last_line=feedback.text[:100],
        last_at=feedback.said_at, heard_at=feedback.said_at, opened_at=feedback.said_at,
    )  # fmt: skip


def _store(feedbacks: list[Any], cases: list[Any], chance: random.Random) -> None:
    from huixiang.cases.models import Case, Clock, Turn
    from huixiang.feedback.models import Feedback

    Case.objects.bulk_create(cases)
    Feedback.objects.bulk_create(feedbacks)
    Turn.objects.bulk_create(itertools.chain.from_iterable(_said(case, chance) for case in cases))
    Clock.objects.bulk_create(
        Clock(
            workspace_id=case.workspace_id,
            case=case,
            name="first_answer",
            started_at=case.opened_at,
            due_at=case.due_at,
        )
        for case in cases
        if case.due_at
    )


def _said(case: Any, chance: random.Random) -> Iterator[Any]:
    from huixiang.cases.models import Turn

    lane = "public" if case.public else "private"
    common = {"workspace_id": case.workspace_id, "case": case, "lane": lane}
    yield Turn(**common, direction="inbound", at=case.opened_at, text=case.last_line)
    if chance.random() < 0.7:
        answered = case.opened_at + datetime.timedelta(hours=3)
        yield Turn(**common, direction="outbound", at=answered, text="收到，今天下班前给您答复。")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
