"""Every field of every form of the desk and the portal, with whatever can be typed into it.

A run tries some texts in each field; HUIXIANG_HOSTILE_ALL=1 tries all in each, which takes minutes.
"""

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.test import Client

from tests.hostile.pages import Form, addresses, forms_of
from tests.hostile.values import TEXTS
from tests.security.test_tenancy import World

ANSWERS = {200, 204, 302, 303, 400, 404, 405, 409, 410, 413, 422, 429}


EVERYTHING = bool(os.environ.get("HUIXIANG_HOSTILE_ALL"))  # minutes: each field with each text
TURNS = itertools.count()


def sendings(form: Form, each: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field with texts in turn, the others as a browser sends them; then every field doubled, and none at all."""
    kinds = list(TEXTS)
    for name in form.fields:
        for kind in kinds if EVERYTHING else [kinds[next(TURNS) % len(kinds)] for _ in range(each)]:
            yield f"{name}: {kind}", {**form.fields, name: [TEXTS[kind]]}
    yield "all twice", {name: [*values, *values, "x"] for name, values in form.fields.items()}
    yield "nothing", {}


def failures(client: Client, forms: Iterable[Form], each: int) -> list[str]:
    """What is not answered as it should be; nothing that is sent stays."""
    return [
        f"{form.name} {form.method} {what}: {answer}"
        for form in forms
        for what, body in sendings(form, each)
        if (answer := _answer(client, form, body)) not in ANSWERS
    ]


def _answer(client: Client, form: Form, body: dict[str, Any]) -> int | str:
    try:
        with transaction.atomic():
            answer: Any = getattr(client, form.method)(form.action, body)
            if answer.streaming:
                b"".join(answer.streaming_content)
            transaction.set_rollback(True)
            return int(answer.status_code)
    except Exception as error:  # noqa: BLE001 - every failure of a page is one finding
        return f"{type(error).__name__}: {error}"[:300]


def test_the_desk(world: World, staff: Client) -> None:
    forms = forms_of(staff, addresses(world, "desk"))
    assert len(forms) > 60, [form.name for form in forms]
    assert failures(staff, forms, each=1) == []


def test_the_portal(community: World, member: Client) -> None:
    forms = forms_of(member, addresses(community, "portal"))
    assert len(forms) > 10, [form.name for form in forms]
    assert failures(member, forms, each=4) == []
