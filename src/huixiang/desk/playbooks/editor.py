"""Writing a playbook: one form, kept as the draft at every press of a button, so that it works without a mouse."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from huixiang.channels.contracts import kinds as channel_kinds
from huixiang.desk import access
from huixiang.desk.playbooks.views import TAB, address_of, book_of
from huixiang.dialogue.queries import keys as template_keys
from huixiang.feedback.models import Grade, Kind
from huixiang.kernel.errors import Refused
from huixiang.members.models import Tier
from huixiang.playbooks import editing, queries
from huixiang.playbooks.choosing import CONDITIONS
from huixiang.playbooks.models import Playbook, Step
from huixiang.playbooks.states import AfterState, CountedFrom, DoneBy, OwnerKind, Starts, StepKind
from huixiang.workspaces.calendars import WorkingHours
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission, Role

HANDLED_KINDS: Final = (Kind.DEFECT, Kind.COMPLAINT, Kind.SUGGESTION, Kind.QUESTION, Kind.PRAISE)
# What a new step of a kind is done by, and the template that fits it.
DONE_BY: Final[dict[str, str]] = {
    StepKind.CONTACT: DoneBy.PRIVATE, StepKind.THANK: DoneBy.ANSWERED, StepKind.DETAILS: DoneBy.DETAILS,
    StepKind.INFORM: DoneBy.TOLD, StepKind.ROOM: DoneBy.ROOM, StepKind.INTERIM: DoneBy.PUBLIC,
    StepKind.OFFER: DoneBy.ANSWERED, StepKind.FIX: DoneBy.RESOLVED, StepKind.ANNOUNCE: DoneBy.ANNOUNCED,
    StepKind.CALL_BACK: DoneBy.CONFIRMED,
}  # fmt: skip
TEMPLATES: Final[dict[str, str]] = {
    StepKind.THANK: "thank_and_apologise", StepKind.DETAILS: "ask_details", StepKind.INTERIM: "public_interim",
    StepKind.OFFER: "offer_solution", StepKind.CALL_BACK: "call_back", StepKind.CARE: "care_visit",
    StepKind.ANNOUNCE: "fixed_announced",
}  # fmt: skip


@access.either(Permission.CONFIGURE)
def edit(request: HttpRequest, membership: Membership, playbook_id: uuid.UUID) -> HttpResponse:
    """The form, with the draft or what is in force; a press of any of its buttons keeps it as the draft.

    What is refused comes back as it was written, with the sentence that says why.
    """
    book = book_of(membership, playbook_id)
    if request.method == "POST":
        try:
            return _kept(request, membership, book)
        except Refused as refused:
            messages.error(request, str(refused.sentence))
            steps = [_of_form(fields) for fields in _steps(request.POST, membership, checked=False)]
            return _form(request, membership, book, steps=steps, conditions=_conditions(request.POST), status=422)
    source = queries.draft_of(book) or book.active
    steps = list(source.steps.all()) if source else []
    return _form(request, membership, book, steps=steps, conditions=source.conditions if source else {})


def _form(
    request: HttpRequest, membership: Membership, book: Playbook, *, steps: list[Step],
    conditions: Mapping[str, Sequence[str]], status: int = 200,
) -> HttpResponse:  # fmt: skip
    response = access.shown(
        request, membership, "desk/playbooks/editor.html", "settings", tab=TAB, book=book,
        draft=queries.draft_of(book), conditions=conditions, rows=_rows(steps, membership),
        name=request.POST.get("name", book.name), about=request.POST.get("about", book.about),
        note=request.POST.get("note", ""), **_choices(membership),
    )  # fmt: skip
    response.status_code = status
    return response


def _of_form(fields: dict[str, Any]) -> Step:
    """A step that is not stored, for showing what was sent once more."""
    return Step(**fields)


def _rows(steps: list[Step], membership: Membership) -> list[dict[str, Any]]:
    day, rows = WorkingHours.of(membership.workspace).day_minutes, []
    for place, step in enumerate(steps):
        number, unit = split_minutes(step.minutes, day, around_the_clock=step.around_the_clock)
        rows.append({
            "step": step, "number": number, "unit": unit, "owner": _owner(step), "earlier": steps[:place],
            "conditional": bool(step.min_grade or step.min_tier or step.kinds or step.only_missing or step.after_key),
        })  # fmt: skip
    return rows


def split_minutes(minutes: int | None, day: int, *, around_the_clock: bool) -> tuple[int | None, str]:
    """A time as a number and the largest unit it is whole in; an hour and a half stays ninety minutes."""
    sizes = {"days": 1_440 if around_the_clock else day, "hours": 60}
    unit = next((name for name, size in sizes.items() if minutes and minutes % size == 0), "minutes")
    return (minutes // sizes.get(unit, 1) if minutes else None), unit


def _owner(step: Step) -> str:
    named: dict[str, Any] = {
        OwnerKind.PERSON: step.person_id, OwnerKind.ROLE: step.role, OwnerKind.ROTA: step.rota_id,
    }  # fmt: skip
    return f"{step.owner_kind}:{named[step.owner_kind]}" if step.owner_kind in named else str(step.owner_kind)


def _choices(membership: Membership) -> dict[str, Any]:
    workspace = membership.workspace
    return {
        "grade_choices": Grade.choices,
        "kind_choices": [(str(kind), kind.label) for kind in HANDLED_KINDS],
        "tier_choices": Tier.choices[::-1],
        "channel_choices": sorted(channel_kinds().items(), key=lambda one: str(one[1])),
        "account_choices": [(str(key), name) for key, name in queries.account_names(workspace.id)],
        "step_kinds": StepKind.choices,
        "starts_choices": Starts.choices,
        "counted_choices": CountedFrom.choices,
        "done_choices": DoneBy.choices,
        "after_choices": AfterState.choices,
        "role_choices": Role.choices,
        "people": team(workspace),
        "rota_choices": queries.rotas(workspace.id),
        "template_choices": template_keys(workspace),
    }


def _kept(request: HttpRequest, membership: Membership, book: Playbook) -> HttpResponse:
    what, _colon, key = request.POST.get("do", "save").partition(":")
    steps = arranged(_steps(request.POST, membership), what, key, request.POST.get("new_kind", ""))
    editing.save_draft(
        playbook=book, name=request.POST.get("name", ""), conditions=_conditions(request.POST), steps=steps,
        by=membership, about=request.POST.get("about"),
    )  # fmt: skip
    if what == "publish":
        made = editing.publish(playbook=book, note=request.POST.get("note", ""), by=membership)
        said = _("Version %(n)d is in force: new cases get it, those that run keep theirs.") % {"n": made.number}
        return access.done(request, said, address_of(membership, book))
    if what == "try":
        return access.done(request, "", address_of(membership, book, "playbook_try"))
    anchor = {"add": f"#s-{steps[-1]['key']}" if steps else "", "up": f"#s-{key}", "down": f"#s-{key}"}.get(what, "")
    said = "" if what in ("up", "down") else _("The draft is kept.")
    return access.done(request, said, address_of(membership, book, "playbook_edit") + anchor)


def arranged(steps: list[dict[str, Any]], what: str, key: str, kind: str) -> list[dict[str, Any]]:
    """The steps after what a button asks for: one added, taken away, or moved a place."""
    if what == "add":
        return [*steps, _fresh(kind)]
    place = next((at for at, step in enumerate(steps) if step["key"] == key), None)
    if place is None:
        return steps
    if what == "remove":
        return [{**one, "after_key": "" if one["after_key"] == key else one["after_key"]}
                for one in steps if one["key"] != key]  # fmt: skip
    to = {"up": place - 1, "down": place + 1}.get(what, place)
    if 0 <= to < len(steps):
        steps[place], steps[to] = steps[to], steps[place]
    return steps


def _fresh(kind: str) -> dict[str, Any]:
    kind = kind if kind in StepKind.values else StepKind.OWN
    return {
        "key": editing.new_key(), "kind": kind, "title": "" if kind == StepKind.OWN else str(StepKind(kind).label),
        "done_by": DONE_BY.get(kind, DoneBy.HAND), "template_key": TEMPLATES.get(kind, ""), "after_key": "",
    }  # fmt: skip


def _conditions(sent: QueryDict) -> dict[str, list[str]]:
    known: dict[str, set[str]] = {
        "grades": set(Grade.values), "kinds": set(Kind.values), "tiers": set(Tier.values),
        "channels": set(channel_kinds()),
    }  # fmt: skip
    found = {name: sent.getlist(name) for name in CONDITIONS}
    accounts = [str(key) for one in found["accounts"] if (key := uuid_of(one))]
    return {**{name: [one for one in found[name] if one in known[name]] for name in known}, "accounts": accounts}


def uuid_of(text: str) -> uuid.UUID | None:
    """An id as it was sent, None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _steps(sent: QueryDict, membership: Membership, *, checked: bool = True) -> list[dict[str, Any]]:
    """The steps of the form, in its order; not `checked`, a time that is no number is left empty."""
    day = WorkingHours.of(membership.workspace).day_minutes
    keys = list(dict.fromkeys(key for key in sent.getlist("step") if key.replace("-", "").isalnum()))
    return [_step(_Told(sent, key[:40]), day, checked=checked) for key in keys]


class _Told:
    """What the form tells of one step."""

    def __init__(self, sent: QueryDict, key: str) -> None:
        self.sent, self.key = sent, key

    def text(self, name: str, longest: int = 60) -> str:
        return self.sent.get(f"{name}-{self.key}", "").replace("\x00", "").strip()[:longest]

    def one_of(self, name: str, values: list[str], default: str) -> str:
        return self.text(name) if self.text(name) in values else default

    def ticked(self, name: str) -> bool:
        return f"{name}-{self.key}" in self.sent


def _step(told: _Told, day: int, *, checked: bool) -> dict[str, Any]:
    kind = told.one_of("kind", StepKind.values, StepKind.OWN)
    number, always = told.text("number"), told.ticked("always")
    if not checked and not (number.isascii() and number.isdigit()):
        number = ""
    return {
        "key": told.key, "kind": kind, "title": told.text("title") or ("" if kind == StepKind.OWN else _label(kind)),
        "guide": told.text("guide", 1_000), "minutes": minutes_of(number, told.text("unit"), day, always=always),
        "around_the_clock": always, "counted_from": told.one_of("from", CountedFrom.values, CountedFrom.BEFORE),
        "starts": told.one_of("starts", Starts.values, Starts.AUTOMATIC),
        "done_by": told.one_of("done", DoneBy.values, DoneBy.HAND), "template_key": told.text("template", 40),
        **_only_if(told), **_owner_of(told.text("owner")),
    }  # fmt: skip


def _only_if(told: _Told) -> dict[str, Any]:
    return {
        "min_grade": told.one_of("min_grade", Grade.values, ""),
        "min_tier": told.one_of("min_tier", Tier.values, ""),
        "kinds": [one for one in told.sent.getlist(f"kinds-{told.key}") if one in Kind.values],
        "only_missing": told.ticked("missing"),
        "after_key": told.text("after", 40),
        "after_state": told.one_of("after_state", AfterState.values, AfterState.DONE),
    }


def _label(kind: str) -> str:
    return str(StepKind(kind).label)


def minutes_of(number: str, unit: str, day: int, *, always: bool) -> int | None:
    """A time as it was sent in minutes; None when it was left empty. Raises Refused for what is no number."""
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 7):  # noqa: PLR2004 - far more than any time
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": number[:20]})
    return int(number) * {"days": 1_440 if always else day, "hours": 60}.get(unit, 1)


def _owner_of(chosen: str) -> dict[str, Any]:
    kind, _colon, which = chosen.partition(":")
    if kind == OwnerKind.ROLE and which in Role.values:
        return {"owner_kind": kind, "role": which}
    if kind in (OwnerKind.PERSON, OwnerKind.ROTA) and (key := uuid_of(which)):
        return {"owner_kind": kind, f"{kind}_id": key}
    return {"owner_kind": OwnerKind.CASE}
