"""Which texts of the team an erasure changed: whoever wrote them looks at them again."""

from dataclasses import dataclass

from huixiang.announcements.models import Announcement
from huixiang.journal.models import Entry
from huixiang.members.models import Member
from huixiang.themes.models import Theme


@dataclass(frozen=True, slots=True)
class Changed:
    """Announcements and themes in which a name or a quote was taken out."""

    announcements: list[Announcement]
    themes: list[Theme]

    def __bool__(self) -> bool:
        return bool(self.announcements or self.themes)


def changed_texts(member: Member) -> Changed:
    """What the erasure of this member changed; nothing when there is none, or it was taken back."""
    if not (member.erasing_at or member.erased_at):
        return Changed([], [])
    entries = Entry.objects.filter(
        workspace_id=member.workspace_id, subject_id=member.id, name="members.words_taken_out"
    )
    told = list(entries.values_list("data", flat=True))
    announcements, themes = ({key for data in told for key in data[kind]} for kind in ("announcements", "themes"))
    of_announcements = Announcement.objects.filter(workspace_id=member.workspace_id, id__in=announcements)
    of_themes = Theme.objects.filter(workspace_id=member.workspace_id, id__in=themes)
    return Changed(
        list(of_announcements.only("id", "title").order_by("title", "id")),
        list(of_themes.only("id", "name").order_by("name", "id")),
    )
