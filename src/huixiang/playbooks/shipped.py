"""The four playbooks a workspace begins with, in one of two languages: data, copied into tables of its own."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huixiang.playbooks.choosing import tidy
from huixiang.playbooks.models import Playbook, PlaybookVersion, Step
from huixiang.playbooks.states import CountedFrom, OwnerKind, VersionState
from huixiang.workspaces.models import Workspace

LANGUAGES: Final = ("zh_hans", "en")
COPIED: Final = ("key", "kind", "title", "guide", "minutes", "starts", "done_by", "min_grade", "min_tier", "kinds",
                 "only_missing", "template_key", "after_key", "after_state")  # fmt: skip


@cache
def books(language: str) -> tuple[dict[str, Any], ...]:
    """The playbooks of a language as the file tells them, the most urgent first."""
    text = files("huixiang.playbooks").joinpath("books", f"{language}.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["playbook"])


def language_of(code: str) -> str:
    """The language of ours for a code like `zh-hans` or `en-gb`."""
    return "en" if code.lower().startswith("en") else "zh_hans"


@transaction.atomic
def furnish(*, workspace: Workspace, language: str = "") -> bool:
    """Give a workspace that has no playbook at all the shipped ones, in force; returns whether it had none.

    `language`: a code like `en`, the installation's when empty; retelling.py changes it later. Two at once wait for
    each other, and the second finds them there.
    """
    Workspace.objects.select_for_update(no_key=True).get(id=workspace.id)
    if Playbook.objects.filter(workspace=workspace).exists():
        return False
    now, versions, steps = timezone.now(), [], []
    for place, told in enumerate(books(language_of(language or settings.LANGUAGE_CODE)), 1):
        book = Playbook(workspace=workspace, key=told["key"], name=told["name"], about=told["note"], position=place)
        version = PlaybookVersion(
            workspace=workspace, playbook=book, number=1, state=VersionState.PUBLISHED, published_at=now,
            conditions=tidy({"grades": told["grades"]}),
        )  # fmt: skip
        versions.append(version)
        steps += [_step(version, at, one) for at, one in enumerate(told["step"], 1)]
    _store(versions, steps)
    return True


def _store(versions: list[PlaybookVersion], steps: list[Step]) -> None:
    """A playbook names its version and the version its playbook: the name is written last."""
    made = [version.playbook for version in versions]
    Playbook.objects.bulk_create(made)
    PlaybookVersion.objects.bulk_create(versions)
    for version in versions:
        version.playbook.active = version
    Playbook.objects.bulk_update(made, ["active"])
    Step.objects.bulk_create(steps)


def _step(version: PlaybookVersion, position: int, told: dict[str, Any]) -> Step:
    owner, _colon, role = told.get("owner", OwnerKind.CASE).partition(":")
    named = {"done_by": told.get("done"), "template_key": told.get("template"), "after_key": told.get("after")}
    given = {**told, **{name: value for name, value in named.items() if value}}
    return Step(
        workspace_id=version.workspace_id, version=version, position=position, owner_kind=owner, role=role,
        around_the_clock=told.get("always", False), counted_from=told.get("from", CountedFrom.BEFORE),
        **{name: given[name] for name in COPIED if name in given},
    )  # fmt: skip
