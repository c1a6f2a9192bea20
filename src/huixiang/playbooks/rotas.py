"""Rotas: who takes steps in turn, and who is away until when."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huixiang.journal.actions import record
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.playbooks.events import RotaChanged
from huixiang.playbooks.models import Rota, RotaPlace
from huixiang.workspaces.models import Membership, Workspace

LONGEST_NAME: Final = 40
Away = Mapping[uuid.UUID, datetime.date | None]


@transaction.atomic
def save(
    *, workspace: Workspace, rota: Rota | None, name: str, people: Sequence[uuid.UUID], away: Away, by: Membership
) -> Rota:
    """Make a rota, or change one: its name, its people in their order, and who is away until when.

    Whoever stays keeps their turn. Journal: playbooks.rota_changed. Raises Refused without a name or people, for
    people of elsewhere, and for a name another one has.
    """
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    people = list(dict.fromkeys(people))
    if not name:
        raise Refused(_("Give it a name."))
    if not people:
        raise Refused(_("Put at least one person on it."))
    if Membership.objects.filter(workspace=workspace, id__in=people).count() != len(people):
        raise Refused(_("Choose somebody of the team."))
    what = "changed" if rota else "made"
    rota = rota or Rota(workspace=workspace)
    rota.name = name
    _store(rota)
    _seat(rota, people, away)
    changed = RotaChanged(subject=rota.id, what=what)
    record(changed, workspace_id=workspace.id, actor=Actor("staff", by.id))
    return rota


def _store(rota: Rota) -> None:
    try:
        with transaction.atomic():
            rota.save()
    except IntegrityError as error:
        raise Refused(_("There is a rota of this name already.")) from error


def _seat(rota: Rota, people: Sequence[uuid.UUID], away: Away) -> None:
    asked = dict(rota.places.select_for_update().values_list("membership_id", "asked_at"))
    rota.places.all().delete()
    RotaPlace.objects.bulk_create(
        RotaPlace(
            workspace_id=rota.workspace_id, rota=rota, membership_id=one, position=place, away_until=away.get(one),
            asked_at=asked.get(one),
        )
        for place, one in enumerate(people, 1)
    )  # fmt: skip


@transaction.atomic
def remove(*, rota: Rota, by: Membership) -> None:
    """Take a rota away; steps that go to it fall to the case's owner. Journal: playbooks.rota_changed."""
    record(RotaChanged(subject=rota.id, what="removed"), workspace_id=rota.workspace_id, actor=Actor("staff", by.id))
    rota.delete()
