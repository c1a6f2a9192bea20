"""Asking the workspace's language model: what may be asked, what it may cost, and when it is left alone.

The breaker: after FAILURES unanswered questions in a row nobody is asked for PAUSE; then one question goes out, and
its answer, or its failing, decides for the others.
"""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from huixiang.channels.webhooks import address
from huixiang.engine.llm import Model, Unanswered
from huixiang.engine.llm import ask as ask_model
from huixiang.engine.masking import mask
from huixiang.engine.normalising import normalise
from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.crypto import decrypt, encrypt
from huixiang.kernel.errors import Refused
from huixiang.triage import events
from huixiang.triage.opinions.models import LanguageModel
from huixiang.workspaces.models import Workspace

FAILURES = 5
PAUSE = datetime.timedelta(minutes=5)
USES = ("opinions", "summaries", "drafts")
LEAST_SECONDS, MOST_SECONDS = 1, 120
LONGEST_QUESTION = 6_000  # characters

Form = TypeVar("Form", bound=BaseModel)


def model_of(workspace_id: uuid.UUID) -> LanguageModel | None:
    """The workspace's model, on or off; None while nobody set one up."""
    return LanguageModel.objects.filter(workspace_id=workspace_id).first()


def may_ask(workspace_id: uuid.UUID, use: str) -> bool:
    """Whether the workspace has a model that is on for this use: one statement."""
    return LanguageModel.objects.filter(workspace_id=workspace_id, on=True, **{f"for_{use}": True}).exists()


def masked(text: str) -> str:
    """What of somebody's words may leave: no number, plate or address that points at a person."""
    return mask(normalise(text).text).text


@transaction.atomic
def set_up(
    *, workspace: Workspace, on: bool, base_url: str, name: str, key: str | None, seconds: int, most_calls: int,
    most_tokens: int, uses: Collection[str], actor: Actor,
) -> LanguageModel:  # fmt: skip
    """Keep the settings; `key` None leaves the one that is kept. Another address forgets the key and the troubles.

    Journal: triage.language_model_changed. Raises Refused for an address that may not be called.
    """
    row, _made = LanguageModel.objects.select_for_update().get_or_create(workspace=workspace)
    base_url, name = base_url.strip().rstrip("/"), name.strip()[:120]
    if on and not (base_url and name):
        raise Refused(_("Give the address and the name of the model first."))
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        limits = {"least": LEAST_SECONDS, "most": MOST_SECONDS}
        raise Refused(_("Wait between %(least)d and %(most)d seconds.") % limits)
    if base_url and base_url != row.base_url:
        address.resolve(base_url, inside=settings.LLM_PRIVATE_HOSTS)
        key = key or ""
    if key is not None:
        row.key = encrypt(key.strip())
    was_on, moved = row.on, base_url != row.base_url
    row.on, row.base_url, row.name, row.seconds = on, base_url, name, seconds
    row.most_calls, row.most_tokens = most_calls, most_tokens
    row.for_opinions, row.for_summaries, row.for_drafts = (use in uses for use in USES)
    if moved or key is not None:
        row.failures, row.open_until, row.trouble, row.trouble_at = 0, None, "", None
    row.save()
    what = "changed" if on == was_on else "on" if on else "off"
    event = events.LanguageModelChanged(subject=workspace.id, what=what, uses=sorted(set(uses) & set(USES)))
    record(event, workspace_id=workspace.id, actor=actor)
    return row


@dataclass(frozen=True, slots=True)
class Test:
    """What came of trying the connection."""

    milliseconds: int


class _Hello(BaseModel):
    answer: str


def try_out(workspace_id: uuid.UUID) -> Test:
    """Ask one small question, whether or not the model is on; it counts like any other. Raises Refused in words."""
    started = timezone.now()
    _ask(workspace_id, "", "You test a connection.", "Answer with the word: ready", _Hello)
    return Test(round((timezone.now() - started).total_seconds() * 1000))


def ask(*, workspace_id: uuid.UUID, use: str, system: str, user: str, form: type[Form]) -> Form:
    """Ask a question; what leaves is masked here once more. Raises Refused in words when there is no answer."""
    return _ask(workspace_id, use, system, masked(user), form)


def _ask(workspace_id: uuid.UUID, use: str, system: str, user: str, form: type[Form]) -> Form:
    row = _reserved(workspace_id, use)
    try:
        target = address.resolve(row.base_url, inside=settings.LLM_PRIVATE_HOSTS)
        model = Model(row.base_url, target.address, row.name, decrypt(row.key), row.seconds)
        answer = ask_model(model, system=system, user=user[:LONGEST_QUESTION], form=form)
    except (Unanswered, Refused, ValueError) as error:
        code = error.code if isinstance(error, Unanswered) else "unreachable"
        _failed(row, code, error.tokens if isinstance(error, Unanswered) else 0)
        if isinstance(error, Refused):
            raise
        raise Refused(LanguageModel.Trouble(code).label) from error
    now = timezone.now()
    LanguageModel.objects.filter(id=row.id).update(
        tokens=F("tokens") + answer.tokens, failures=0, open_until=None, answered_at=now
    )
    return answer.value


@transaction.atomic
def _reserved(workspace_id: uuid.UUID, use: str) -> LanguageModel:
    """Count a call before it is made, so that many at once do not spend more than there is."""
    row = LanguageModel.objects.select_for_update().filter(workspace_id=workspace_id).first()
    if row is None or not row.base_url or (use and not (row.on and getattr(row, f"for_{use}"))):
        raise Refused(_("No language model is set up for this."))
    now = timezone.now()
    _begin_month(row, now)
    if row.calls >= row.most_calls or row.tokens >= row.most_tokens:
        raise Refused(_("The budget of this month is used up."))
    if row.open_until and row.open_until > now:
        raise Refused(_("The language model failed too often; it is asked again in a few minutes."))
    if row.failures >= FAILURES:  # half open: this question decides, the others wait for it
        row.open_until = now + datetime.timedelta(seconds=row.seconds)
    row.calls += 1
    row.save(update_fields=["month", "calls", "tokens", "open_until"])
    return row


def _begin_month(row: LanguageModel, now: datetime.datetime) -> None:
    month = timezone.localdate(now).replace(day=1)
    if row.month != month:
        row.month, row.calls, row.tokens = month, 0, 0


@transaction.atomic
def _failed(row: LanguageModel, code: str, tokens: int) -> None:
    row = LanguageModel.objects.select_for_update().get(id=row.id)
    now = timezone.now()
    row.tokens += tokens
    row.failures = min(row.failures + 1, 1_000)
    row.trouble, row.trouble_at = code, now
    row.open_until = now + PAUSE if row.failures >= FAILURES else None
    row.save(update_fields=["tokens", "failures", "trouble", "trouble_at", "open_until"])
