"""On the case: how far the dialogue is, what is missing, templates to answer with, comfort."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from huixiang.cases import details, queries, snoozing, stages
from huixiang.cases.asking import language_of, upset
from huixiang.cases.files import put_files
from huixiang.cases.models import Case
from huixiang.cases.states import Stage
from huixiang.desk import access
from huixiang.desk.dialogue.reading import details_of
from huixiang.desk.vocabulary import FACTS
from huixiang.dialogue import comfort
from huixiang.dialogue import queries as templates
from huixiang.dialogue.filling import Filled, fill, values_of, words_of
from huixiang.dialogue.models import ReplyTemplate, Tone
from huixiang.feedback.queries import of_case
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission

LONGEST_SEARCH = 40
PUBLIC = "private_contact"  # the template of what is said in public beside a private answer


@dataclass(frozen=True, slots=True)
class Offered:
    """A template as it would be said on this case, and how well it fits."""

    template: ReplyTemplate
    tone: str
    filled: Filled
    fits: int


def _case(membership: Membership, case_id: uuid.UUID) -> Case:
    found: Case = access.found(queries.case_by_id(workspace_id=membership.workspace_id, case_id=case_id))
    return found


def _address(membership: Membership, case: Case) -> str:
    return reverse("desk:case", args=[membership.workspace.slug, case.id])


@access.verb(Permission.HANDLE)
def stage(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Say how far the dialogue is; the line comes back, with a way back."""
    case, wanted = _case(membership, case_id), request.POST.get("stage", "")
    undo = bool(request.POST.get("undo"))
    before = stages.move(case=case, stage=wanted, actor=access.actor(membership), undo=undo)
    said = _("Stage: %(stage)s.") % {"stage": Stage(case.stage).label}
    if not getattr(request, "htmx", False):
        return access.done(request, said, access.back(request, _address(membership, case)))
    gone = before if before != case.stage and not undo else ""
    context: dict[str, Any] = {"case": case, "stages": stages.way(case), "stage_before": gone, "said": said}
    return access.part(request, membership, "desk/dialogue/stages.html", **context)


@access.verb(Permission.HANDLE)
def snooze(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Put the case off for one of the spans, or take it up again when none is named."""
    case, span = _case(membership, case_id), request.POST.get("span", "")
    address = access.back(request, _address(membership, case))
    if not span:
        snoozing.wake(case=case, actor=access.actor(membership))
        return access.done(request, _("It is back among what is to do."), address)
    at = snoozing.until(span=span, workspace=membership.workspace)
    snoozing.snooze(case=case, at=at, by=membership)
    told = {"at": date_format(timezone.localtime(at), "m-d H:i", use_l10n=False)}
    return access.done(request, _("Put off until %(at)s. Until then it stands under “Put off”.") % told, address)


@access.verb(Permission.HANDLE)
def detail(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """Say what is known of a detail, or take that back; the list comes back, and the stage with it."""
    case = _case(membership, case_id)
    key, marked = request.POST.get("key", ""), request.POST.get("marked", "")
    details.mark(case=case, key=key, marked=marked, by=membership)
    if not getattr(request, "htmx", False):
        return access.done(request, _("Saved."), access.back(request, _address(membership, case)))
    case = _case(membership, case_id)
    context = _known(case) | {"case": case, "stages": stages.way(case), "said": _("Saved."), "swapped": True}
    return access.part(request, membership, "desk/dialogue/details.html", **context)


def _known(case: Case) -> dict[str, Any]:
    feedbacks = of_case(workspace_id=case.workspace_id, case_id=case.id)
    turns = queries.turns(case)
    put_files(turns, awaited=True)
    found = details_of(case, feedbacks, turns)
    question = details.next_question(found, case_id=case.id, feedbacks=feedbacks)
    lacking = sum(one.lacking for one in found)
    word = str(FACTS[question.key]) if question else ""
    return {"details": found, "lacking": lacking, "question": question, "question_word": word, "feedbacks": feedbacks}


@access.page(Permission.REPLY)
def choose(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """The templates to answer with, filled in: what fits the case first, found by their words."""
    case, typed = _case(membership, case_id), request.GET.get("q", "").strip()[:LONGEST_SEARCH].lower()
    known = _known(case)
    tone = _tone(request, known["feedbacks"])
    values = _values(membership, case, known)
    language = language_of(known["feedbacks"])
    offered = [_offered(one, case, tone, values[one.language], known) for one in templates.visible(membership)]
    found = [one for one in offered if not typed or typed in f"{one.template.name} {one.filled.text}".lower()]
    found.sort(key=lambda one: (one.template.language != language, -one.fits, -one.template.used))
    context = {"case": case, "offered": found, "tone": tone, "tones": Tone.choices, "typed": typed}
    return access.part(request, membership, "desk/dialogue/templates.html", **context)


def _tone(request: HttpRequest, feedbacks: Any) -> str:
    """The tone that was chosen; warm for somebody upset, plain for everybody else."""
    wanted = request.GET.get("tone", "")
    return wanted if wanted in Tone.values else str(Tone.WARM if upset(feedbacks) else Tone.PLAIN)


def _values(membership: Membership, case: Case, known: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the variables stand for, by the language of a template."""
    clocks = queries.clocks(case)
    question = known["question"].text if known["question"] else ""
    told: dict[str, Any] = {"details": known["details"], "question": question, "clocks": clocks}
    return {language: values_of(case, membership, language=language, **told) for language in ("zh", "en")}


def _offered(
    template: ReplyTemplate, case: Case, tone: str, values: dict[str, str], known: dict[str, Any]
) -> Offered:
    words, said_in = words_of(template, tone)
    kinds = [one.kind for one in known["feedbacks"]]
    fits = templates.fitting(template, stage=case.stage, kinds=kinds, grade=case.grade)
    return Offered(template, said_in, fill(words, values), fits)


@access.page(Permission.REPLY)
def comforting(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """A comfort answer ready to be looked at and sent, in each tone of the template."""
    case = _case(membership, case_id)
    known = _known(case)
    language = language_of(known["feedbacks"])
    template = templates.template_by_key(membership.workspace, comfort.KEY, language=language)
    values = _values(membership, case, known)
    variants = [
        (tone, label, fill(template.texts[tone], values[template.language]))
        for tone, label in Tone.choices
        if template and template.texts.get(tone)
    ]
    context = {"case": case, "words": template, "variants": variants, "place": request.GET.get("place", "case")}
    return access.part(request, membership, "desk/dialogue/comfort.html", **context)


@access.page(Permission.REPLY)
def public_word(request: HttpRequest, membership: Membership, case_id: uuid.UUID) -> HttpResponse:
    """What is said in public beside a private answer, to be changed; nothing when it is not wanted."""
    case = _case(membership, case_id)
    if not request.GET.get("also"):
        return HttpResponse("")
    known = _known(case)
    template = templates.template_by_key(membership.workspace, PUBLIC, language=language_of(known["feedbacks"]))
    words = ""
    if template:
        text, _tone_of_it = words_of(template, _tone(request, known["feedbacks"]))
        words = fill(text, _values(membership, case, known)[template.language]).text
    context = {"publicly": words, "words": template}
    return access.part(request, membership, "desk/dialogue/publicly.html", **context)
