"""What a community's story stands on: the workspace, its team, channels and people, and the clock."""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from numpy.typing import NDArray

from huixiang.channels import contracts
from huixiang.channels.actions import open_account
from huixiang.channels.contracts import TransportError
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.dialogue import queries as templates
from huixiang.engine.embedder import embed
from huixiang.members.actions import anonymous_member, member_for_user
from huixiang.members.models import Identity, Member
from huixiang.triage.steps import reading
from huixiang.workspaces.actions import create_api_key, create_workspace, join_team
from huixiang.workspaces.models import Membership, User, Workspace

REPORTS_A_FIX = 3  # reports behind each one that led to a fix before the story begins


@contextmanager
def at(moment: datetime.datetime) -> Iterator[None]:
    """Let the product's clock stand at `moment`: Django's `timezone.now`, which every verb reads."""
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


class PostOffice(contracts.Connector):
    """The story's own mail server: it takes every mail but those to addresses that do not exist.

    While the story is told it stands in the place of the real one, so that telling it sends nobody a mail.
    """

    kind = "email"

    def __init__(self, unknown: list[str]) -> None:
        real = contracts.connector("email")
        self.label, self.carries = real.label, real.carries
        self.unknown = unknown

    def can_send(self) -> bool:
        """The story's server works."""
        return True

    def send(self, delivery: Delivery) -> DeliveryState:
        """Delivered; raises TransportError for a mailbox that does not exist."""
        if delivery.recipient in self.unknown:
            raise TransportError(f"550 5.1.1 <{delivery.recipient}>: mailbox unavailable", permanent=True)
        return DeliveryState.DELIVERED


@contextmanager
def own_post_office(unknown: list[str]) -> Iterator[None]:
    """Let mail go to the story's own server."""
    real = contracts.connector("email")
    contracts.register(PostOffice(unknown))
    try:
        yield
    finally:
        contracts.register(real)


@contextmanager
def read_ahead(texts: Sequence[str]) -> Iterator[None]:
    """Find the meaning of all these texts at once: the same vectors, in a fraction of the time of one by one."""
    vectors = dict(zip(texts, embed(texts), strict=True))

    def remembered(wanted: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in wanted if text not in vectors]
        vectors.update(zip(new, embed(new), strict=True))
        return np.stack([vectors[text] for text in wanted])

    vars(reading)["embed"] = remembered
    try:
        yield
    finally:
        vars(reading)["embed"] = embed


@dataclass
class Told:
    """One community's story so far."""

    workspace: Workspace
    accounts: dict[str, ChannelAccount]
    team: dict[str, Membership]
    people: dict[str, dict[str, Any]]
    talk: set[str]  # channels in which everybody talks in one place
    said: int = 0
    members: dict[str, uuid.UUID] = field(default_factory=dict)  # person → member
    left_out: int = 0  # feedback that the gate took for chatter, and a person brought back
    steps: int = 0  # steps of playbooks somebody looked at
    let_in: int = 0  # chatter that the gate took for feedback
    skipped: list[str] = field(default_factory=list)  # what could not happen: none, by the tests

    def account(self, line: dict[str, Any]) -> ChannelAccount:
        """The channel a line speaks of."""
        return self.accounts[line["in"]]

    def by(self, line: dict[str, Any]) -> Membership:
        """Who of the team does it: the first of the file where the line names nobody."""
        return self.team[line.get("by") or next(iter(self.team))]


def furnish(furniture: dict[str, Any], passwords: str) -> Told:
    """Open the workspace with its team and channels; people of the team are found by their address."""
    workspace = create_workspace(**furniture["workspace"])
    templates.furnish(workspace.id)
    team = {}
    for row in furniture["team"]:
        user, _new = User.objects.get_or_create(
            email=row["email"], defaults={"name": row["name"], "password": passwords}
        )
        team[row["key"]] = join_team(
            workspace=workspace, user=user, role=row["role"], job_title=row["job_title"]
        )
    for row in furniture["keys"]:  # their secrets are shown to nobody: the owner makes a new one to use it
        create_api_key(workspace=workspace, **row)
    talk = {row["slug"] for row in furniture["channels"] if row.pop("talk", False)}
    accounts = {
        row["slug"]: open_account(workspace=workspace, **row) for row in furniture["channels"]
    }
    return Told(workspace, accounts, team, furniture["people"], talk)


def hashed(password: str) -> str:
    """The password as it is stored: made once, for it takes its time."""
    return make_password(password)


def author_id(told: Told, who: str, account: ChannelAccount, line: dict[str, Any]) -> str:
    """The name this person goes by on this channel."""
    known = told.people[who]
    if line.get("anonymous"):
        return f"{who}-anonymous"
    if account.kind == "email":
        return str(known["email"])
    if account.kind == "portal" and "staff" in known:
        return str(told.team[known["staff"]].user_id)
    return who


def introduce(told: Told, who: str, account: ChannelAccount, line: dict[str, Any]) -> None:
    """One person behind the names of several channels; an anonymous word stays nobody's."""
    name = author_id(told, who, account, line)
    if Identity.objects.filter(account=account, external_id=name).exists():
        return
    if line.get("anonymous"):
        anonymous_member(workspace=told.workspace, account=account, external_id=name)
        return
    if who not in told.members:
        told.members[who] = _member(told, told.people[who]).id
    Identity.objects.create(
        workspace=told.workspace, account=account, external_id=name, member_id=told.members[who]
    )


def _member(told: Told, known: dict[str, Any]) -> Member:
    """What is known of them stands from their first word on."""
    if "staff" in known:
        return member_for_user(workspace=told.workspace, user=told.team[known["staff"]].user)
    confirmed = known.get("confirmed", 0)
    return Member.objects.create(
        workspace=told.workspace,
        name=known["name"],
        email=known.get("email", ""),
        tier=known.get("tier", "plain"),
        reach=known.get("reach", 0),
        confirmed_count=confirmed,
        feedback_count=confirmed * REPORTS_A_FIX,
        credit_consent=known.get("consent", "unanswered"),
    )
