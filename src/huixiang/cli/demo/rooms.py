"""What the team of a demo community does in a war room; one line of the story is one sitting in it."""

import datetime
from typing import Any

from django.utils import timezone

from huixiang.cases.models import Case
from huixiang.cli.demo.stage import Told
from huixiang.journal.events import Actor
from huixiang.themes.models import Theme
from huixiang.war_rooms import actions, closing, deciding, knowing, noting, seating, statements
from huixiang.war_rooms.models import Room
from huixiang.workspaces.models import Membership

Line = dict[str, Any]


def sit(told: Told, line: Line, case: Case) -> None:
    """Whoever is named takes the case, writes what is known and decided, posts an update, closes with a review."""
    by = told.by(line)
    theme = Theme.objects.get(id=case.theme_id) if case.theme_id else None
    actions.look(workspace_id=told.workspace.id, case_ids=[case.id])
    room = actions.open_room(workspace=told.workspace, theme=theme, case=case)
    if line.get("take"):
        actions.acknowledge(case=case, by=by)
    for who, part in line.get("seats", {}).items():
        seating.take_part(room=room, who=told.team[who], part=part, actor=Actor("staff", by.id))
    for text, state in line.get("facts", []):
        knowing.write_fact(room=room, by=by, text=text, state=state, case=case)
    for text, who in line.get("questions", []):
        knowing.ask(room=room, by=by, text=text, owner=told.team[who])
    if "decide" in line:
        deciding.decide(room=room, written_by=by, by=by, text=line["decide"], why=line["why"])
    if "written" in line:
        noting.note(room=room, by=by, text=line["written"])
    _speak(room, by, line)
    if "review" in line:
        _close(told, room, by, line["review"])


def _speak(room: Room, by: Membership, line: Line) -> None:
    latest = room.statements.order_by("-at").first()
    if "statement" in line:
        version = statements.write(room=room, by=by, text=line["statement"], base=latest.id if latest else None)
        statements.ask(statement=version, by=by)
    if line.get("approve") and latest:
        statements.judge(statement=latest, by=by, approved=True)
    if "update" in line:
        noting.post_update(room=room, by=by, text=line["update"], minutes=line.get("next"))


def _close(told: Told, room: Room, by: Membership, review: Line) -> None:
    changes = [
        closing.Planned(text, told.team[who], timezone.localdate() + datetime.timedelta(days=days))
        for text, who, days in review["changes"]
    ]
    words = closing.Told(review["what"], review["why"], review["met"], review.get("words", ""), changes)
    made = closing.close(room=room, by=by, told=words)
    for change in made.changes.order_by("due_on")[: review.get("done", 0)]:
        closing.settle_change(change=change, by=by, done=True)
