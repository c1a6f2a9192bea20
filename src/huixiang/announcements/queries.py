"""Finding announcements, and how their thanks are shown."""

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from huixiang.announcements.events import Edited, Published, RedLineCrossed
from huixiang.announcements.models import Announcement, Answer, Credit, Solved
from huixiang.channels.queries import members_written_to, progress_about
from huixiang.journal.events import SYSTEM, Actor
from huixiang.journal.models import Entry
from huixiang.kernel import pagination
from huixiang.members.models import Consent, Member
from huixiang.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Thanks:
    """A credit as everybody may read it: `name` follows the consent as it is now."""

    name: str
    named: bool
    contribution: str
    first_reporter: bool


def shown_name(member: Member) -> tuple[str, bool]:
    """The name under which a member may be thanked, and whether it tells who they are. No answer counts as no."""
    if member.anonymous or not member.name or member.credit_consent in (Consent.NO, Consent.UNANSWERED):
        return _("A member"), False
    if member.credit_consent == Consent.NICKNAME:
        return f"{member.name[0]}**", True
    return member.name, True


def thanks(announcement: Announcement) -> tuple[list[Thanks], int]:
    """Who is thanked by name, and how many without; the first reporter stands even without a name."""
    shown: list[Thanks] = []
    unnamed = 0
    for credit in credits_of(announcement):
        name, named = shown_name(credit.member)
        if named or credit.first_reporter:
            shown.append(Thanks(name, named, credit.contribution, credit.first_reporter))
        else:
            unnamed += 1
    return shown, unnamed


def credits_of(announcement: Announcement) -> list[Credit]:
    """All credits with their members, in order, but those whom a person left out."""
    return list(announcement.credits.filter(dropped=False).select_related("member").order_by("position"))


def by_id(*, workspace_id: uuid.UUID, announcement_id: uuid.UUID) -> Announcement | None:
    """One announcement of the workspace, drafts too."""
    found = Announcement.objects.filter(workspace_id=workspace_id, id=announcement_id)
    return found.select_related("theme", "author__user", "workspace").defer("theme__centre").first()


def crossed(announcement: Announcement) -> list[Entry]:
    """When it was published although it crosses a red line, with the reason; empty when it was not."""
    found = Entry.objects.filter(
        workspace_id=announcement.workspace_id, subject_id=announcement.id, name=RedLineCrossed.name
    )
    return list(found.select_related("words", "seal"))


def published(*, workspace: Workspace, cursor: str = "", size: int = 20) -> pagination.Page[Announcement]:
    """What everybody may read, newest first."""
    found = Announcement.objects.filter(workspace=workspace, published_at__isnull=False)
    place = pagination.decode(cursor, pagination.moment, uuid.UUID)
    if place:
        found = found.filter(published_at__lte=place[0]).exclude(published_at=place[0], id__gte=place[1])
    found = found.select_related("theme", "author__user").defer("theme__centre")
    return pagination.cut(
        list(found.order_by("-published_at", "-id")[: size + 1]), size, "published_at", "id"
    )


def drafts(workspace: Workspace) -> list[Announcement]:
    """What is being written."""
    found = Announcement.objects.filter(workspace=workspace, published_at=None)
    return list(found.select_related("theme", "author__user").defer("theme__centre").order_by("-saved_at"))


def of_theme(theme_id: uuid.UUID) -> list[Announcement]:
    """The theme's announcements, newest first."""
    return list(Announcement.objects.filter(theme_id=theme_id).order_by("-created_at"))


def answer_counts(announcement: Announcement) -> dict[str, int]:
    """How many say it is solved, partly, not."""
    counted = dict(announcement.answers.values_list("solved").annotate(number=Count("id")))
    return {value: counted.get(value, 0) for value in Solved.values}


def answers_of(announcement_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """The same for many announcements: one statement. `all` is the sum."""
    rows = Answer.objects.filter(announcement_id__in=announcement_ids).values_list("announcement_id", "solved")
    found: dict[uuid.UUID, dict[str, int]] = {}
    for announcement_id, solved, number in rows.annotate(number=Count("id")):
        counted = found.setdefault(announcement_id, {"all": 0})
        counted[solved] = number
        counted["all"] += number
    return found


def answer_of(*, announcement: Announcement, member: Member | None) -> Answer | None:
    """What this member answered."""
    return announcement.answers.filter(member=member).first() if member else None


def edited_lately(*, announcement: Announcement, by_id: uuid.UUID, within: datetime.timedelta) -> bool:
    """Whether the journal tells already that this person is editing it."""
    entries = Entry.objects.filter(workspace_id=announcement.workspace_id, subject_id=announcement.id)
    return entries.filter(name=Edited.name, actor_id=by_id, at__gt=timezone.now() - within).exists()


def publisher(announcement: Announcement) -> Actor:
    """Who published it, by the journal."""
    entries = Entry.objects.filter(workspace_id=announcement.workspace_id, subject_id=announcement.id)
    entry = entries.filter(name=Published.name).order_by("id").first()
    return Actor(entry.actor_kind, entry.actor_id) if entry else SYSTEM


def telling(announcement: Announcement) -> dict[str, int]:
    """How far the telling is: notices, those without a way, and deliveries by state."""
    notices = announcement.notices.count()
    unreachable = announcement.notices.filter(delivery=None).count()
    states = progress_about(workspace_id=announcement.workspace_id, about_id=announcement.id)
    return {"notices": notices, "unreachable": unreachable, **states}


def untold(older_than: datetime.timedelta = datetime.timedelta(minutes=10)) -> list[uuid.UUID]:
    """Announcements published a while ago whose people were not all told: the job was lost."""
    late = Announcement.objects.filter(told_at=None, published_at__lt=timezone.now() - older_than)
    return list(late.values_list("id", flat=True))


def consent_open(announcement: Announcement) -> set[uuid.UUID]:
    """The credited who have not said whether they may be named."""
    rows = announcement.credits.filter(
        dropped=False, member__credit_consent=Consent.UNANSWERED, member__anonymous=False
    )
    return set(rows.values_list("member_id", flat=True))


def asked_and_waiting(announcement: Announcement) -> int:
    """How many of these were asked."""
    asked = members_written_to(
        workspace_id=announcement.workspace_id, about_id=announcement.id, purpose="consent"
    )
    return len(consent_open(announcement) & asked)
