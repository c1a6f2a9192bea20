"""Drafting, publishing, telling, thanking, asking whether it is solved."""

import datetime
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.announcements import audience, drafting, events, queries, red_lines
from huixiang.announcements.models import Announcement, Answer, Credit, Notice, Solved
from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.cases.red_lines import LONGEST_REASON
from huixiang.cases.states import ENDED, UNFINISHED, CaseState
from huixiang.channels.actions import queue_deliveries
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.channels.queries import members_written_to
from huixiang.feedback.models import Feedback
from huixiang.journal.actions import record
from huixiang.journal.events import SYSTEM, Actor
from huixiang.kernel import jobs
from huixiang.kernel.errors import Refused
from huixiang.kernel.ids import new_id
from huixiang.members.actions import count_confirmed
from huixiang.members.models import Consent, Member
from huixiang.themes import actions as themes
from huixiang.themes.models import Theme
from huixiang.themes.states import ThemeStatus
from huixiang.workspaces.actions import next_announcement_number
from huixiang.workspaces.models import Membership

CREDITED_AT_MOST = 200
TOLD_AT_ONCE = 500
ONE_SITTING = datetime.timedelta(minutes=10)
SOLVED_AT_ONCE = 200
LONGEST_WORDS = 2_000
CONFIRMABLE = (*UNFINISHED, CaseState.SOLVED)  # what was closed without a solution keeps its reason
EDITABLE = ("title", "what_happened", "how_fixed", "what_next")
TOKEN_SALT = "announcement answer"  # noqa: S105 - a namespace, not a secret
TOKEN_LASTS = datetime.timedelta(days=180)


@transaction.atomic
def resolve_and_draft(
    *, theme: Theme, root_cause: str, fix: str, fixed_in: str, by: Membership
) -> Announcement:
    """Resolve the theme and make the draft, or refresh the way of the one there is.

    Journal: themes.moved, announcements.drafted.
    """
    actor = Actor("staff", by.id)
    theme = themes.resolve(theme=theme, root_cause=root_cause, fix=fix, fixed_in=fixed_in, actor=actor)
    draft = Announcement.objects.filter(
        workspace_id=theme.workspace_id, theme=theme, published_at=None
    ).first()
    if draft is None:
        text = drafting.parts(theme)
        draft = Announcement.objects.create(
            workspace_id=theme.workspace_id, theme=theme, author=by, title=text.title[:120],
            what_happened=text.what_happened, how_fixed=text.how_fixed, what_next=text.what_next,
            way=drafting.way(theme),
        )  # fmt: skip
        record(
            events.Drafted(subject=draft.id, theme_id=theme.id), workspace_id=theme.workspace_id, actor=actor
        )
    else:
        draft.way = drafting.way(theme)
        draft.save(update_fields=["way"])
    _credit(draft, theme)
    return draft


def _credit(draft: Announcement, theme: Theme) -> None:
    """A credit for everybody who reported, the first reporter marked; known credits keep their words."""
    known = set(draft.credits.values_list("member_id", flat=True))
    reporters = audience.reporter_ids(theme)[:CREDITED_AT_MOST]
    helped = {
        member_id: bool(facts)
        for member_id, facts in Feedback.objects.filter(
            workspace_id=theme.workspace_id, theme_id=theme.id
        ).values_list("member_id", "facts")
    }
    Credit.objects.bulk_create(
        Credit(
            workspace_id=draft.workspace_id, announcement=draft, member_id=member_id, position=place,
            first_reporter=place == 0, contribution=_contribution(place, details=helped.get(member_id, False)),
        )
        for place, member_id in enumerate(reporters)
        if member_id not in known
    )  # fmt: skip
    later = draft.credits.filter(first_reporter=True).exclude(member_id__in=reporters[:1])
    later.update(first_reporter=False, contribution=_contribution(1, details=False))  # an earlier report came to light


@drafting.community_language()
def _contribution(place: int, *, details: bool) -> str:
    if place == 0:
        return _("The first to report it")
    return _("Told us the details") if details else _("Reported it too")


@transaction.atomic
def edit(*, draft: Announcement, by: Membership, **changed: str) -> Announcement:
    """Save the text of a draft. Raises Refused for one that is published.

    Journal: announcements.edited, once in ten minutes for each author: typing saves every few seconds.
    """
    if draft.published_at:
        raise Refused(_("It is published. What was said in public stays as it was."))
    wanted = {name: changed[name].replace("\x00", "").strip() for name in EDITABLE if name in changed}
    wanted["title"] = wanted.get("title", draft.title)[:120]
    if not wanted["title"]:
        raise Refused(_("Give it a title."))
    new = {name: text for name, text in wanted.items() if getattr(draft, name) != text}
    if not new:
        return draft
    for name, text in new.items():
        setattr(draft, name, text)
    draft.saved_at = timezone.now()
    draft.save(update_fields=[*new, "saved_at", "search"])
    if queries.edited_lately(announcement=draft, by_id=by.id, within=ONE_SITTING):
        return draft
    record(events.Edited(subject=draft.id), workspace_id=draft.workspace_id, actor=Actor("staff", by.id))
    return draft


@transaction.atomic
def drop_credit(*, draft: Announcement, credit_id: uuid.UUID) -> None:
    """Leave somebody out of the thanks, also when the draft is made anew. Raises Refused for a published one."""
    if draft.published_at:
        raise Refused(_("It is published. What was said in public stays as it was."))
    draft.credits.filter(workspace_id=draft.workspace_id, id=credit_id).update(dropped=True)


@transaction.atomic
def ask_consent(*, announcement: Announcement, by: Membership) -> int:
    """Ask the credited who have not answered yet, where there is a way to them; returns how many were asked.

    Nobody is asked twice. Journal: announcements.consent_asked. Message: one to each.
    """
    announcement = _locked(announcement)  # a button pressed twice asks once
    open_ids = set(
        announcement.credits.filter(
            dropped=False, member__credit_consent=Consent.UNANSWERED, member__anonymous=False
        ).values_list("member_id", flat=True)
    ) - members_written_to(workspace_id=announcement.workspace_id, about_id=announcement.id, purpose="consent")
    people = [p for p in audience.people_to_tell(announcement.theme).reachable if p.member.id in open_ids]
    if not people:
        return 0
    queue_deliveries([_consent_request(announcement, person) for person in people])
    event = events.ConsentAsked(subject=announcement.id, members=len(people))
    record(event, workspace_id=announcement.workspace_id, actor=Actor("staff", by.id))
    return len(people)


@drafting.community_language()
def _consent_request(announcement: Announcement, person: audience.Person) -> Delivery:
    text = _(
        "You were among those who told us about “%(theme)s”. It is solved, and we would like to thank you in the "
        "announcement. May we name you? No answer counts as no."
    ) % {"theme": announcement.theme.name}
    return _delivery(announcement, person, "consent", _("May we thank you by name?"), text)


@transaction.atomic
def publish(*, announcement: Announcement, by: Membership, anyway: str = "") -> Announcement:
    """Show it on the portal, mark the theme announced, and start telling people.

    Raises Crossed when its text crosses a red line and `anyway` does not say why it has to go out like this.
    Journal: announcements.published, themes.moved, announcements.red_line_crossed with that reason.
    Job: announcements.tell, which solves the theme's cases.
    """
    themes.lock_rows(theme_ids=[announcement.theme_id])  # first the theme, as in resolve_and_draft
    announcement = _locked(announcement)
    if announcement.published_at:
        raise Refused(_("It is published already."))
    crossed = red_lines.hold(announcement, anyway)
    actor = Actor("staff", by.id)
    themes.move(theme=announcement.theme, to=ThemeStatus.ANNOUNCED, actor=actor)
    themes.describe(theme=Theme.objects.get(id=announcement.theme_id), actor=actor, public=True)
    announcement.published_at = timezone.now()
    announcement.people_count = announcement.theme.people_count + announcement.theme.vote_count
    announcement.way = drafting.way(announcement.theme)
    count_confirmed(member_ids=audience.reporter_ids(announcement.theme))
    announcement.number = next_announcement_number(workspace_id=announcement.workspace_id)  # last: it locks the row
    announcement.save()
    event = events.Published(
        subject=announcement.id, theme_id=announcement.theme_id, number=announcement.number
    )
    record(event, workspace_id=announcement.workspace_id, actor=actor)
    _note_crossed(announcement, crossed, anyway, actor)
    jobs.queue("announcements.tell", announcement_id=str(announcement.id))
    return announcement


def _note_crossed(announcement: Announcement, lines: list[str], anyway: str, actor: Actor) -> None:
    if lines:
        event = events.RedLineCrossed(subject=announcement.id, lines=lines)
        words = anyway.strip()[:LONGEST_REASON]
        record(event, workspace_id=announcement.workspace_id, actor=actor, words=words)


def _locked(announcement: Announcement) -> Announcement:
    rows = Announcement.objects.select_for_update(no_key=True).filter(workspace_id=announcement.workspace_id)
    return rows.get(id=announcement.id)


def tell(*, announcement_id: uuid.UUID) -> int:
    """Solve the theme's cases and tell everybody concerned who has not been told, in batches; safe to run again.

    Returns how many notices. Journal: cases.state_changed, announcements.people_told at the end.
    """
    announcement = Announcement.objects.select_related("theme", "workspace").get(id=announcement_id)
    if not announcement.told_at:
        _solve_cases(announcement)
    people = audience.people_to_tell(announcement.theme).people
    told = 0
    for start in range(0, len(people), TOLD_AT_ONCE):
        told += _tell_some(announcement, people[start : start + TOLD_AT_ONCE])
    if announcement.told_at and not told:
        return 0  # run again with nobody new: there is nothing to write down
    with transaction.atomic():
        announcement.told_at = timezone.now()
        announcement.save(update_fields=["told_at"])
        reached = announcement.notices.filter(delivery__isnull=False).count()
        event = events.PeopleTold(
            subject=announcement.id, reachable=reached, unreachable=announcement.notices.count() - reached
        )
        record(event, workspace_id=announcement.workspace_id, actor=SYSTEM)
    return told


def _solve_cases(announcement: Announcement) -> None:
    """End what ran when it was published, as whoever published it: two hundred cases a transaction."""
    actor = queries.publisher(announcement)
    ids = list(_unsolved(announcement).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), SOLVED_AT_ONCE):
        with transaction.atomic():
            _locked(announcement)  # an answer that comes meanwhile waits, and is seen by the next lot
            some = list(_unsolved(announcement).filter(id__in=ids[start : start + SOLVED_AT_ONCE]).order_by("id"))
            cases.end_many(cases=some, state=CaseState.SOLVED, actor=actor)


def _unsolved(announcement: Announcement) -> QuerySet[Case]:
    """The theme's cases that run, but for what came after: a later report, a "not solved", further words."""
    since = announcement.published_at
    found = Case.objects.filter(
        workspace_id=announcement.workspace_id, theme_id=announcement.theme_id, state__in=UNFINISHED,
        opened_at__lte=since,
    )  # fmt: skip
    not_solved = announcement.answers.exclude(solved=Solved.YES).values("member_id")
    return found.exclude(member_id__in=not_solved).exclude(
        Q(state=CaseState.REOPENED, last_at__gt=since) | Q(solved_at__gt=since)
    )


@transaction.atomic
def _tell_some(announcement: Announcement, people: Sequence[audience.Person]) -> int:
    paused = _locked(announcement).telling_paused_at  # two runs at once tell nobody twice
    done = set(announcement.notices.values_list("member_id", flat=True))
    new = [person for person in people if person.member.id not in done]
    deliveries = {p.member.id: _notice(announcement, p) for p in new if p.route}
    for delivery in deliveries.values() if paused else ():
        delivery.state = DeliveryState.HELD
    queue_deliveries(list(deliveries.values()))
    Notice.objects.bulk_create(
        Notice(
            workspace_id=announcement.workspace_id, announcement=announcement, member=person.member,
            delivery=deliveries.get(person.member.id),
        )
        for person in new
    )  # fmt: skip
    return len(new)


def _notice(announcement: Announcement, person: audience.Person) -> Delivery:
    text = "\n\n".join(filter(None, [announcement.title, announcement.how_fixed, announcement.what_next]))
    return _delivery(announcement, person, "notice", announcement.title, text)


def _delivery(
    announcement: Announcement, person: audience.Person, purpose: str, subject_line: str, text: str
) -> Delivery:
    route = person.route
    if route is None:
        raise ValueError("a delivery needs a way")
    return Delivery(
        id=new_id(), workspace_id=announcement.workspace_id, account=route.account,
        conversation=route.conversation, recipient=route.recipient, recipient_member_id=person.member.id,
        purpose=purpose, about_id=announcement.id, subject_line=subject_line[:200], text=text,
        link=personal_link(announcement, person.member),
    )  # fmt: skip


def personal_link(announcement: Announcement, member: Member) -> str:
    """The address under which this member reads the announcement and answers without logging in."""
    token = signing.dumps([str(announcement.id), str(member.id)], salt=TOKEN_SALT)
    slug = announcement.workspace.slug
    return f"{settings.PUBLIC_URL}/c/{slug}/announcements/{announcement.id}/?k={token}"


def member_of_token(*, announcement: Announcement, token: str) -> Member | None:
    """Whom a personal link belongs to; None for a forged or outlived one, or another announcement's."""
    try:
        announcement_id, member_id = signing.loads(token, salt=TOKEN_SALT, max_age=TOKEN_LASTS)
    except (signing.BadSignature, ValueError):
        return None
    if announcement_id != str(announcement.id):
        return None
    return Member.objects.filter(workspace_id=announcement.workspace_id, id=member_id).first()


@transaction.atomic
def answer(*, announcement: Announcement, member: Member, solved: str, words: str = "") -> None:
    """Keep whether it is solved for this member: yes confirms their cases, anything else reopens them.

    Journal: announcements.solved_answered, cases.state_changed. Raises Refused for what is not an answer.
    """
    if solved not in Solved.values or not announcement.published_at:
        raise Refused(_("Choose one of the three answers."))
    said = words.replace("\x00", "").strip()[:LONGEST_WORDS]
    _locked(announcement)
    Answer.objects.update_or_create(
        announcement=announcement,
        member=member,
        defaults={
            "workspace_id": announcement.workspace_id,
            "solved": solved,
            "words": said,
            "at": timezone.now(),
        },
    )
    actor = Actor("member", member.id)
    own = Case.objects.filter(
        workspace_id=announcement.workspace_id, theme_id=announcement.theme_id, member=member
    ).select_for_update(of=("self",), no_key=True)
    for case in own.order_by("id"):
        _apply_answer(case, solved, said, actor)
    event = events.SolvedAnswered(subject=announcement.id, member_id=member.id, solved=solved)
    record(event, workspace_id=announcement.workspace_id, actor=actor)


def _apply_answer(case: Case, solved: str, words: str, actor: Actor) -> None:
    if solved == Solved.YES and case.state in CONFIRMABLE:
        cases.end(case=case, state=CaseState.CONFIRMED, actor=actor)
    elif solved != Solved.YES and case.state in ENDED:
        said = words.strip() or str(Solved(solved).label)
        cases.reopen(case=case, actor=actor, reason=said)
