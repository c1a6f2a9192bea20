"""Settings: the words to answer with, and for which grades a public answer wants a second person."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from huixiang.cases import approving
from huixiang.cases.holding import approval_grades
from huixiang.cases.states import Stage
from huixiang.desk import access
from huixiang.dialogue import queries, templates
from huixiang.dialogue.filling import VARIABLES
from huixiang.dialogue.models import Language, ReplyTemplate, Tone
from huixiang.dialogue.templates import Wanted
from huixiang.feedback.models import Grade, Kind
from huixiang.kernel.errors import Refused
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

LONGEST_SEARCH = 40


def _template(membership: Membership, template_id: uuid.UUID, *, deleted: bool = False) -> ReplyTemplate:
    found: ReplyTemplate = access.found(queries.template_by_id(membership, template_id, deleted=deleted))
    return found


def _address(membership: Membership, template: ReplyTemplate | None = None) -> str:
    slug = membership.workspace.slug
    if template is None:
        return reverse("desk:settings_templates", args=[slug])
    return reverse("desk:template", args=[slug, template.id])


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every template somebody may use, found by its words; what was just deleted is offered back."""
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    language = request.GET.get("language", "")
    found = queries.visible(membership, language=language if language in Language.values else "")
    grades = approval_grades(membership.workspace)
    rows = [one for one in found if typed.lower() in f"{one.name} {one.key} {' '.join(one.texts.values())}".lower()]
    rows.sort(key=lambda one: one.language != Language.ZH)  # stays in order within a language
    context = {
        "rows": [(one, templates.may_change(one, membership)) for one in rows],
        "typed": typed,
        "language": language,
        "languages": Language.choices,
        "gone": _gone(request, membership),
        "grade_choices": [(grade, grade in grades) for grade in Grade.values],
    }
    page = "desk/dialogue/settings.html"
    return access.shown(request, membership, page, "settings", tab="settings_templates", **context)


def _gone(request: HttpRequest, membership: Membership) -> ReplyTemplate | None:
    try:
        return queries.template_by_id(membership, uuid.UUID(request.GET.get("deleted", "")), deleted=True)
    except ValueError:
        return None


@access.either(Permission.REPLY)
def new(request: HttpRequest, membership: Membership) -> HttpResponse:
    """A template that does not exist yet."""
    if request.method == "POST":
        made = templates.make(by=membership, wanted=_wanted(request))
        said = _("There is a template “%(name)s” now.") % {"name": made.name}
        return access.done(request, said, _address(membership))
    return _form(request, membership, None)


@access.either(Permission.REPLY)
def one(request: HttpRequest, membership: Membership, template_id: uuid.UUID) -> HttpResponse:
    """One template with what it said before; saved by POST."""
    template = _template(membership, template_id)
    if request.method == "POST":
        templates.change(template=template, by=membership, wanted=_wanted(request))
        return access.done(request, _("Saved."), _address(membership, template))
    return _form(request, membership, template)


def _form(request: HttpRequest, membership: Membership, template: ReplyTemplate | None) -> HttpResponse:
    shared = holds(membership, Permission.TAGS)
    context: dict[str, Any] = {
        "words": template,
        "texts": [(value, word, template.texts.get(value, "") if template else "") for value, word in Tone.choices],
        "languages": Language.choices,
        "stage_choices": _ticked(Stage.choices, template.stages if template else []),
        "kind_choices": _ticked(Kind.choices, template.kinds if template else []),
        "grade_choices": _ticked(Grade.choices, template.grades if template else []),
        "variables": [("{{" + name + "}}", word) for name, word in VARIABLES.items()],
        "versions": list(template.versions.select_related("by__user").order_by("-number")[:20]) if template else [],
        "may_change": template is None or templates.may_change(template, membership),
        "may_share": shared,
        "is_shared": template.owner_id is None if template else shared,
    }
    page = "desk/dialogue/template.html"
    return access.shown(request, membership, page, "settings", tab="settings_templates", **context)


def _ticked(choices: Any, chosen: list[str]) -> list[tuple[str, str, bool]]:
    return [(value, word, value in chosen) for value, word in choices]


def _wanted(request: HttpRequest) -> Wanted:
    told = request.POST
    return Wanted(
        name=told.get("name", ""), texts={tone: told.get(f"text-{tone}", "") for tone in Tone.values},
        language=told.get("language", Language.ZH), shared=told.get("shared") == "1",
        stages=told.getlist("stage"), kinds=told.getlist("kind"), grades=told.getlist("grade"),
    )  # fmt: skip


@access.verb(Permission.REPLY)
def act(request: HttpRequest, membership: Membership, template_id: uuid.UUID) -> HttpResponse:
    """Take a template away, bring it back, or let it say what it said in an earlier version."""
    wanted = request.POST.get("act", "")
    template = _template(membership, template_id, deleted=wanted == "restore")
    if wanted == "delete":
        templates.delete(template=template, by=membership)
        return access.done(request, "", f"{_address(membership)}?deleted={template.id}")
    if wanted == "restore":
        templates.restore(template=template, by=membership)
        return access.done(request, _("“%(name)s” is back.") % {"name": template.name}, _address(membership))
    if wanted == "back":
        number = request.POST.get("number", "")
        templates.take_back(template=template, by=membership, number=int(number) if number.isdigit() else 0)
        return access.done(request, _("It says what it said before."), _address(membership, template))
    raise Refused(_("Choose what to do with it."))


@access.verb(Permission.CONFIGURE)
def approval(request: HttpRequest, membership: Membership) -> HttpResponse:
    """For which grades a public answer wants a second person."""
    approving.set_grades(
        workspace=membership.workspace, grades=request.POST.getlist("grade"), actor=access.actor(membership)
    )
    return access.done(request, _("Saved."), _address(membership))
