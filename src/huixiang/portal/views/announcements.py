"""Announcements: what was solved, how, how long it took, thanks to whom, and whether it is solved for you."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huixiang.announcements import actions, queries
from huixiang.announcements.models import Announcement
from huixiang.insights import board as boards
from huixiang.insights import echoes
from huixiang.insights.stretches import Stretch, VisibleStep, steps_with_gaps, stretches
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.members.actions import give_consent
from huixiang.members.models import Consent, Member
from huixiang.members.queries import member_by_id
from huixiang.portal.access import Visit, as_id, community_page
from huixiang.portal.views.follow import followed
from huixiang.themes.queries import voted

LETTERS = "letters"  # session: announcement id → id of the member whose personal link was opened
QUOTED = 60
HOUR = 3600  # seconds; a part of the way shorter than this is not worth a line
CONSENTS = {Consent.NAME, Consent.NICKNAME, Consent.NO}


@community_page
@require_safe
def announcements(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All announcements, newest first."""
    page = queries.published(workspace=visit.workspace, cursor=request.GET.get("after", ""))
    context = visit.context("announcements", announcements=page.rows, next_cursor=page.next_cursor)
    return render(request, "portal/announcements.html", context)


@community_page
@require_safe
def announcement(request: HttpRequest, visit: Visit, announcement_id: UUID) -> HttpResponse:
    """One announcement. The token of a personal link goes into the session, out of the address."""
    found = _announcement(visit, announcement_id)
    if "k" in request.GET:
        return _open_letter(request, visit, found)
    reader = _concerned(request, visit, found)
    if found.published_at is None:
        return _consent_page(request, visit, found)
    return render(request, "portal/announcement.html", _context(visit, found, reader))


def _announcement(visit: Visit, announcement_id: UUID) -> Announcement:
    found = queries.by_id(workspace_id=visit.workspace.id, announcement_id=announcement_id)
    if found is None:
        raise Http404
    return found


def _open_letter(request: HttpRequest, visit: Visit, found: Announcement) -> HttpResponse:
    reader = actions.member_of_token(announcement=found, token=request.GET["k"])
    if reader:
        request.session[LETTERS] = {**request.session.get(LETTERS, {}), str(found.id): str(reader.id)}
    else:
        messages.error(request, _("This personal link does not hold any more, or was not copied whole."))
    return redirect("portal:announcement", community=visit.workspace.slug, announcement_id=found.id)


def _letter(request: HttpRequest, visit: Visit, found: Announcement) -> Member | None:
    """Whose personal link this session opened."""
    kept = as_id(request.session.get(LETTERS, {}).get(str(found.id)))
    return member_by_id(workspace_id=visit.workspace.id, member_id=kept) if kept else None


def _concerned(request: HttpRequest, visit: Visit, found: Announcement) -> Member | None:
    """Who may answer: the bearer of a personal link, of a follow code, or a member who said it or 我也是."""
    if letter := _letter(request, visit, found):
        return letter
    code = followed(request, visit)
    for member in (visit.member, code.member if code else None):
        said = boards.taken_part(member=member, theme_ids=[found.theme_id])
        if said or voted(member=member, theme_ids=[found.theme_id]):
            return member
    return None


@dataclass(frozen=True, slots=True)
class Quote:
    """The first reporter's words, when they were said in public."""

    text: str
    name: str
    feedback_id: UUID


def _quote(found: Announcement) -> Quote | None:
    first = next(iter(boards.voices(theme=found.theme, limit=1)), None)
    reporters = [credit.member_id for credit in queries.credits_of(found) if credit.first_reporter]
    if first is None or first.member_id not in reporters:
        return None
    words = first.text.strip().splitlines()[0]
    return Quote(words if len(words) <= QUOTED else first.title, queries.shown_name(first.member)[0], first.id)


def _context(visit: Visit, found: Announcement, reader: Member | None) -> dict[str, object]:
    answered = echoes.first_answered(theme=found.theme)
    spans: list[Stretch] = stretches(announcement=found, answered=answered)
    steps: list[VisibleStep] = steps_with_gaps(found)
    thanks, unnamed = queries.thanks(found)
    counts = queries.answer_counts(found)
    others = [a for a in queries.published(workspace=visit.workspace, size=4).rows if a.id != found.id]
    answer_given = queries.answer_of(announcement=found, member=reader)
    return visit.context(
        "announcements", announcement=found, theme=found.theme, reader=reader, quote=_quote(found),
        spans=[span for span in spans if span.seconds >= HOUR],
        span_days=[span.seconds for span in spans], steps=steps, thanks=thanks, unnamed=unnamed, counts=counts,
        answers=list(counts.values()), answered_by=sum(counts.values()), answer=answer_given, others=others[:3],
        first_answer=spans[0] if spans and spans[0].name == "answer" else None,
        total=sum(span.seconds for span in spans), people=_people(found),
        asks_consent=_asks_consent(found, reader), consents=Consent,
    )  # fmt: skip


def _asks_consent(found: Announcement, reader: Member | None) -> bool:
    """Only who is credited here and has a name is asked."""
    return bool(reader and reader.name and not reader.anonymous) and any(
        credit.member_id == reader.id for credit in queries.credits_of(found) if reader
    )


def _consent_page(request: HttpRequest, visit: Visit, found: Announcement) -> HttpResponse:
    """Before publication only the credited see anything, through their link: whether they may be named."""
    reader = _letter(request, visit, found)
    if reader is None or not _asks_consent(found, reader):
        raise Http404
    context = visit.context("announcements", announcement=found, reader=reader, consents=Consent)
    return render(request, "portal/consent.html", context)


@community_page
@require_POST
def answer(request: HttpRequest, visit: Visit, announcement_id: UUID) -> HttpResponse:
    """Keep whether it is solved for this reader; yes confirms their case, anything else reopens it."""
    found = _announcement(visit, announcement_id)
    reader = _concerned(request, visit, found)
    if found.published_at is None or reader is None:
        raise Http404
    words = request.POST.get("words", "")
    try:
        actions.answer(announcement=found, member=reader, solved=request.POST.get("answer", ""), words=words)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Thank you for telling us."))
    page = redirect("portal:announcement", community=visit.workspace.slug, announcement_id=found.id)
    page["Location"] += "#ask"
    return page


@community_page
@require_POST
def consent(request: HttpRequest, visit: Visit, announcement_id: UUID) -> HttpResponse:
    """Keep under which name the reader may be thanked; the announcement follows at once."""
    found = _announcement(visit, announcement_id)
    reader = _concerned(request, visit, found)
    if reader is None or not _asks_consent(found, reader):
        raise Http404
    chosen = request.POST.get("consent", "")
    if chosen in CONSENTS:
        give_consent(member=reader, consent=chosen, actor=Actor("member", reader.id))
        messages.success(request, _("Kept. You can change it at any time."))
    else:
        messages.error(request, _("Choose one of the three."))
    return redirect("portal:announcement", community=visit.workspace.slug, announcement_id=found.id)


def _people(found: Announcement) -> int:
    """Who had said it when it was published; before, who has said it so far."""
    return found.people_count or found.theme.people_count + found.theme.vote_count
