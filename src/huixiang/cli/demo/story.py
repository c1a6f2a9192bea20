"""Telling the demo communities' stories, event by event, each at its time."""

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from huixiang.cli.demo import keeping, verbs
from huixiang.cli.demo.plan import FILES, Event, Plan, read
from huixiang.cli.demo.stage import Told, at, furnish, hashed, own_post_office, read_ahead
from huixiang.kernel.errors import Refused

ZONE = ZoneInfo("Asia/Shanghai")
TOGETHER = datetime.timedelta(hours=4)  # messages so near each other, with nothing between, are read in one go
LATELY = datetime.timedelta(minutes=10)  # on the last day, whose times everybody sees
TOLD_EVERY = 40  # messages between two lines of progress


@transaction.atomic
def tell(password: str) -> list[Told]:
    """Make the three workspaces, the team, and everything that happened there: all of it or nothing."""
    start = timezone.now().astimezone(ZONE)
    passwords = hashed(password)
    return [_tell_one(read(name, start), passwords) for name in FILES]


def _tell_one(plan: Plan, passwords: str) -> Told:
    with at(plan.events[0].moment - datetime.timedelta(days=1)):
        told = furnish(plan.furniture, passwords)
    _progress(told, plan)
    shown, day = 0, plan.events[0].moment.date()
    with own_post_office(plan.furniture.get("unknown_mailboxes", [])), read_ahead(plan.texts):
        for together in _batches(plan.events):
            with at(together[-1].moment):
                _happen(told, together)
                if together[-1].moment.date() > day:
                    day = together[-1].moment.date()
                    keeping.end_the_day(told)
            if told.said // TOLD_EVERY > shown:
                shown = told.said // TOLD_EVERY
                _progress(told, plan)
        with at(plan.events[-1].moment):
            keeping.look(told)
    _progress(told, plan)
    return told


def _progress(told: Told, plan: Plan) -> None:
    print(f"  {told.workspace.name}: {told.said} of {plan.messages} messages …", flush=True)


def _batches(events: list[Event]) -> Iterator[list[Event]]:
    """Messages with nothing between them go together; whatever else happens stands alone."""
    together: list[Event] = []
    for event in events:
        joins = event.verb == "say" and not event.line.get("anonymous")
        near = TOGETHER if "day" in event.line else LATELY
        if together and not (joins and event.moment - together[0].moment <= near):
            yield together
            together = []
        if joins:
            together.append(event)
        else:
            yield [event]
    if together:
        yield together


def _happen(told: Told, together: list[Event]) -> None:
    """What cannot happen (a reading has changed, and there is no such case any more) is left out, not the rest."""
    try:
        with transaction.atomic():
            if together[0].verb == "say":
                verbs.say(told, [(event.moment, event.line) for event in together])
            else:
                verbs.VERBS[together[0].verb](told, together[0].line)
    except (Refused, ObjectDoesNotExist) as error:
        told.skipped.append(f"{together[0].verb} {together[0].line}: {error}")
