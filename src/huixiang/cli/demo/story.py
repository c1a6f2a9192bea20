"""Telling the demo community's story, event by event, each at its time."""

import datetime
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.channels.actions import deliver_due, open_account
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.models import ChannelAccount
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import receive
from huixiang.journal.events import Actor
from huixiang.members.models import Identity, Member
from huixiang.themes import actions as themes
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.triage.actions import process
from huixiang.workspaces.actions import create_workspace, join_team
from huixiang.workspaces.models import Membership, User, Workspace

REPORTS_A_FIX = 3  # reports behind each one that led to a fix before the story begins
SOURCE = Path(__file__).with_name("community.toml")


@contextmanager
def at(moment: datetime.datetime) -> Iterator[None]:
    """Let the product's clock stand at `moment`: Django's `timezone.now`, which every verb reads."""
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


@dataclass
class Told:
    """What the story has made so far."""

    workspace: Workspace
    accounts: dict[str, ChannelAccount]
    team: dict[str, Membership]
    people: dict[str, dict[str, Any]]
    said: int = 0
    latest: dict[str, uuid.UUID] = field(default_factory=dict)  # person → member


@transaction.atomic
def tell(password: str) -> Workspace:
    """Make the workspace, the team, and everything that happened in it: all of it or nothing."""
    source = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    start = timezone.now()
    told = _furnish(source, password)
    events = sorted(source["events"], key=lambda one: -one["hours"])
    for number, event in enumerate(events, start=1):
        if number % 10 == 0:
            print(f"  {number} of {len(events)} events …", flush=True)
        with at(start - datetime.timedelta(hours=event["hours"])):
            _happen(told, event)
    deliver_due()
    return told.workspace


def _furnish(source: dict[str, Any], password: str) -> Told:
    workspace = create_workspace(**source["workspace"])
    accounts = {
        row["slug"]: open_account(workspace=workspace, **row) for row in source["channels"]
    }
    team = {}
    for row in source["team"]:
        user = User.objects.create_user(row["email"], password, name=row["name"])
        team[row["key"]] = join_team(
            workspace=workspace, user=user, role=row["role"], job_title=row["job_title"]
        )
    return Told(workspace, accounts, team, source["people"])


def _happen(told: Told, event: dict[str, Any]) -> None:
    verbs: dict[str, Callable[[Told, dict[str, Any]], None]] = {
        "say": _say,
        "answer": _answer,
        "note": _note,
        "theme_of": _move_theme,
        "describe_theme_of": _describe_theme,
        "decline_theme_of": _decline_theme,
        "resolve_theme_of": _resolve,
        "publish_theme_of": _publish,
        "solved": _solved,
        "merge_theme_of": _merge,
    }
    verbs[next(name for name in verbs if name in event)](told, event)


def _say(told: Told, event: dict[str, Any]) -> None:
    """A member speaks; what is known of them stands from their first word on."""
    who, account = event["say"], told.accounts[event["channel"]]
    anonymous, told.said = bool(event.get("anonymous")), told.said + 1
    author = f"{who}-anonymous" if anonymous else who
    _introduce(told, who, account, author, anonymous=anonymous)
    message = InboundMessage(
        external_id=f"demo-{told.said}",
        text=event["text"],
        author_id=author,
        author_name="" if anonymous else told.people[who]["name"],
        author_email=event.get("email", ""),
        sent_at=timezone.now(),
        thread=event.get("thread", f"{who}-{told.said}"),
        private=account.kind == "portal" and not event.get("public"),
        public=bool(event.get("public")),
    )
    receive(account=account, messages=[message])
    process(workspace_id=told.workspace.id)


def _introduce(told: Told, who: str, account: ChannelAccount, author: str, *, anonymous: bool) -> None:
    """One person behind the names of several channels; an anonymous word stays nobody's."""
    member_id = None if anonymous else told.latest.get(who)
    if member_id is None:
        known = told.people[who]
        member = Member.objects.create(
            workspace=told.workspace,
            anonymous=anonymous,
            name="" if anonymous else known["name"],
            tier="plain" if anonymous else known["tier"],
            reach=0 if anonymous else known["reach"],
            confirmed_count=0 if anonymous else known["confirmed"],
            feedback_count=0 if anonymous else known["confirmed"] * REPORTS_A_FIX,
            credit_consent="unanswered" if anonymous else known["consent"],
        )
        member_id = member.id
        if not anonymous:
            told.latest[who] = member_id
    Identity.objects.get_or_create(
        account=account, external_id=author, defaults={"workspace": told.workspace, "member_id": member_id}
    )


def _case(told: Told, who: str) -> Case:
    return Case.objects.filter(workspace=told.workspace, member_id=told.latest[who]).latest("last_at")


def _theme(told: Told, who: str) -> Theme:
    said = Feedback.objects.filter(
        workspace=told.workspace, member_id=told.latest[who], theme_id__isnull=False
    )
    latest = said.latest("said_at")
    return Theme.objects.get(id=latest.theme_id or latest.id)


def _answer(told: Told, event: dict[str, Any]) -> None:
    """Whoever answers first takes the case."""
    case, by = _case(told, event["answer"]), told.team[event["by"]]
    if case.first_answered_at is None:
        cases.assign(case=case, owner=by, actor=Actor("staff", by.id))
    cases.reply(case=case, by=by, text=event["text"], lane=event["lane"])
    deliver_due()


def _note(told: Told, event: dict[str, Any]) -> None:
    cases.note(case=_case(told, event["note"]), by=told.team[event["by"]], text=event["text"])


def _actor(told: Told, event: dict[str, Any]) -> Actor:
    return Actor("staff", told.team[event["by"]].id)


def _move_theme(told: Told, event: dict[str, Any]) -> None:
    themes.move(
        theme=_theme(told, event["theme_of"]), to=event["step"], actor=_actor(told, event), words=event["text"]
    )


def _describe_theme(told: Told, event: dict[str, Any]) -> None:
    changed = {name: event[name] for name in ("name", "summary", "root_cause", "public") if name in event}
    themes.describe(theme=_theme(told, event["describe_theme_of"]), actor=_actor(told, event), **changed)


def _decline_theme(told: Told, event: dict[str, Any]) -> None:
    theme, actor = _theme(told, event["decline_theme_of"]), _actor(told, event)
    themes.move(theme=theme, to=ThemeStatus.DECLINED, actor=actor, words=event["text"])
    themes.describe(theme=Theme.objects.get(id=theme.id), actor=actor, public=True)


def _merge(told: Told, event: dict[str, Any]) -> None:
    """Staff see that two themes are one matter, unless the engine saw it by itself."""
    source, target = _theme(told, event["merge_theme_of"]), _theme(told, event["into"])
    if source.id != target.id:
        merge = themes.merge(source=source, target=target, actor=_actor(told, event))
        cases.follow_theme(
            workspace_id=told.workspace.id, feedback_ids=merge.feedback_ids, theme_id=target.id
        )


def _resolve(told: Told, event: dict[str, Any]) -> None:
    theme = _theme(told, event["resolve_theme_of"])
    themes.describe(theme=theme, actor=_actor(told, event), name=event["name"])
    announcements.resolve_and_draft(
        theme=theme,
        root_cause=event["root_cause"],
        fix=event["fix"],
        fixed_in=event["fixed_in"],
        by=told.team[event["by"]],
    )


def _publish(told: Told, event: dict[str, Any]) -> None:
    theme, by = _theme(told, event["publish_theme_of"]), told.team[event["by"]]
    draft = Announcement.objects.get(theme=theme, published_at=None)
    announcements.edit(draft=draft, by=by, title=event["title"])
    published = announcements.publish(announcement=draft, by=by)
    announcements.tell(announcement_id=published.id)
    deliver_due()


def _solved(told: Told, event: dict[str, Any]) -> None:
    member = Member.objects.get(id=told.latest[event["solved"]])
    announcement = Announcement.objects.filter(workspace=told.workspace, notices__member=member).latest("published_at")
    announcements.answer(announcement=announcement, member=member, solved=event["value"], words=event["words"])
