"""Macros: running one on a case after a look at what it does, taking it back, and their settings."""

import uuid
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import queries, snoozing
from huixiang.cases.models import Case
from huixiang.cases.stages import BY_HAND
from huixiang.cases.states import ENDED, CaseState, Lane, Stage
from huixiang.cases.tag_queries import tags
from huixiang.desk import access
from huixiang.dialogue import macros, running
from huixiang.dialogue import queries as templates
from huixiang.dialogue.models import Macro, Tone
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.queries import team
from huixiang.workspaces.roles import Permission, holds

SALT = "huixiang.macro"
TAKEN_BACK_WITHIN = 3600  # seconds


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _macro(membership: Membership, macro_id: uuid.UUID, *, deleted: bool = False) -> Macro:
    found: Macro = access.found(macros.macro_by_id(membership, macro_id, deleted=deleted))
    return found


@access.page(Permission.HANDLE)
def choose(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The macros, or with `macro` what that one would do to the case, its answer to be changed."""
    case, place = _case(membership, case_id), request.GET.get("place", "case")
    context: dict[str, Any] = {"case": case, "place": place}
    try:
        chosen = macros.macro_by_id(membership, uuid.UUID(request.GET.get("macro", "")))
    except ValueError:
        chosen = None
    if chosen:
        context |= {"macro": chosen, "plan": running.plan(macro=chosen, case=case, by=membership)}
    else:
        context["macros"] = macros.visible(membership)
        context["spans"] = [] if case.state in ENDED or case.snoozed_until else snoozing.SAID.items()
    return access.part(request, membership, "desk/dialogue/macros.html", **context)


@access.verb(Permission.HANDLE)
def run(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Do it, and offer the way back."""
    case = _case(membership, case_id)
    address = access.back(request, reverse("desk:case", args=[membership.workspace.slug, case.id]))
    told = request.POST.get("left", "")
    if told:
        running.take_back(case=case, left=_left(told, case), by=membership)
        return access.done(request, _("It is taken back; an answer that went out stays."), address)
    try:
        macro = _macro(membership, uuid.UUID(request.POST.get("macro", "")))
    except ValueError as wrong:
        raise Refused(_("Choose a macro.")) from wrong
    left = running.run(macro=macro, case=case, by=membership, text=request.POST.get("text", ""))
    kept = signing.dumps({"case": str(case.id), **left}, salt=SALT)
    context = {"case": case, "macro": macro, "left": kept, "stay": address}
    return access.part(request, membership, "desk/dialogue/macro_done.html", **context)


def _left(told: str, case: Case) -> dict[str, Any]:
    try:
        left: dict[str, Any] = signing.loads(told, salt=SALT, max_age=TAKEN_BACK_WITHIN)
    except signing.BadSignature as wrong:
        raise Refused(_("This cannot be taken back any more.")) from wrong
    if left.pop("case") != str(case.id):
        raise Refused(_("This cannot be taken back any more."))
    return left


def _address(membership: Membership) -> str:
    return reverse("desk:settings_macros", args=[membership.workspace.slug])


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every macro somebody may run; what was just deleted is offered back."""
    try:
        gone = macros.macro_by_id(membership, uuid.UUID(request.GET.get("deleted", "")), deleted=True)
    except ValueError:
        gone = None
    rows = [(one, _in_words(one), macros.may_change(one, membership)) for one in macros.visible(membership)]
    page = "desk/dialogue/macro_list.html"
    return access.shown(request, membership, page, "settings", tab="settings_templates", rows=rows, gone=gone)


def _in_words(macro: Macro) -> list[str]:
    steps = macro.steps
    said = {
        "template": _("answers from a template"),
        "tag": _("tags “%(name)s”") % {"name": steps.get("tag", "")},
        "owner": _("assigns"),
        "stage": _("sets the stage"),
        "end": _("ends the case"),
        "snooze": _("puts it off %(span)s") % {"span": snoozing.SAID.get(steps.get("snooze", ""), "")},
    }
    return [words for step, words in said.items() if steps.get(step)]


@access.either(Permission.HANDLE)
def new(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A macro that does not exist yet."""
    return _saved(request, membership, None) if request.method == "POST" else _form(request, membership, None)


@access.either(Permission.HANDLE)
def one(request: HttpRequest, membership: Membership, macro_id: uuid.UUID) -> HttpResponse:
    """One macro; saved by POST."""
    macro = _macro(membership, macro_id)
    return _saved(request, membership, macro) if request.method == "POST" else _form(request, membership, macro)


def _saved(request: HttpRequest, membership: Membership, macro: Macro | None) -> HttpResponse:
    steps = {step: request.POST.get(step, "") for step in macros.STEPS}
    shared = request.POST.get("shared") == "1"
    kept = macros.save(macro=macro, by=membership, name=request.POST.get("name", ""), steps=steps, shared=shared)
    return access.done(request, _("“%(name)s” is saved.") % {"name": kept.name}, _address(membership))


def _form(request: HttpRequest, membership: Membership, macro: Macro | None) -> HttpResponse:
    may_share = holds(membership, Permission.TAGS)
    context: dict[str, Any] = {
        "macro": macro,
        "steps": macro.steps if macro else {},
        "templates": templates.visible(membership),
        "tones": Tone.choices,
        "lanes": [(lane, Lane(lane).label) for lane in (Lane.PRIVATE, Lane.PUBLIC)],
        "tag_choices": tags(membership.workspace_id),
        "team": team(membership.workspace),
        "stage_choices": [(value, Stage(value).label) for value in BY_HAND],
        "snooze_choices": list(snoozing.SAID.items()),
        "end_choices": [(value, CaseState(value).label) for value in macros.ENDS],
        "may_change": macro is None or macros.may_change(macro, membership),
        "may_share": may_share,
        "is_shared": macro.owner_id is None if macro else may_share,
    }
    page = "desk/dialogue/macro.html"
    return access.shown(request, membership, page, "settings", tab="settings_templates", **context)


@access.verb(Permission.HANDLE)
def act(request: HttpRequest, membership: Membership, macro_id: uuid.UUID) -> HttpResponse:
    """Take a macro away, or bring it back."""
    wanted = request.POST.get("act", "")
    macro = _macro(membership, macro_id, deleted=wanted == "restore")
    if wanted not in ("delete", "restore"):
        raise Refused(_("Choose what to do with it."))
    macros.put_away(macro=macro, by=membership, back=wanted == "restore")
    back = "" if wanted == "restore" else f"?deleted={macro.id}"
    return access.done(request, "", _address(membership) + back)
