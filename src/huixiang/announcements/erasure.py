"""What announcements took from a person: quotes, answers in words. Thanks become thanks to a member."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huixiang.announcements.models import Announcement, Answer, Credit, Notice
from huixiang.channels.models import Delivery
from huixiang.feedback.models import Feedback
from huixiang.journal.models import Words
from huixiang.members.scrubbing import scrub
from huixiang.members.traces import Person, Trace, of_members


def _announcements(who: Person) -> QuerySet[Announcement]:
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    thanked = Credit.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids)
    return Announcement.objects.filter(
        Q(theme_id__in=said.values("theme_id")) | Q(id__in=thanked.values("announcement_id")),
        workspace_id=who.workspace_id,
    )


def _told_to_others(who: Person) -> QuerySet[Delivery]:
    about = Delivery.objects.filter(workspace_id=who.workspace_id, about_id__in=_announcements(who).values("id"))
    return about.exclude(recipient_member_id__in=who.ids)


def _words(who: Person) -> QuerySet[Words]:
    return Words.objects.filter(workspace_id=who.workspace_id, entry__subject_id__in=_announcements(who).values("id"))


TRACES = [
    Trace(
        "announcements", Announcement, _announcements,
        blanks={
            "title": scrub("title", "saved_at", title=True),
            **{name: scrub(name, "saved_at") for name in ("what_happened", "how_fixed", "what_next")},
        },
        reads=("saved_at",), others=True,
    ),
    Trace(
        "told_to_others", Delivery, _told_to_others, reads=("created_at",),
        blanks={"text": scrub("text", "created_at"), "subject_line": scrub("subject_line", "created_at", title=True)},
    ),
    Trace(
        "answers", Answer, of_members(Answer), word=_("Answers whether it is solved"),
        told=("announcement__title", "solved", "words", "at"), retention=_("As long as the membership lasts"),
        fate=_("The words go; the answer stays as a number, of nobody"), blanks={"words": ""}, said=("words",),
        since=lambda row: row.at,
    ),
    Trace(
        "credits", Credit, of_members(Credit), word=_("Thanks in announcements"),
        told=("announcement__title", "contribution"), retention=_("As long as the membership lasts"),
        fate=_("Become thanks to “a member”"),
    ),
    Trace(
        "notices", Notice, of_members(Notice), word=_("Announcements we told of"),
        told=("announcement__title", "created_at"), retention=_("As long as the membership lasts"),
        fate=_("Stay as a number, of nobody"),
    ),
]  # fmt: skip
