"""What the palette offers: pages and commands the role may use, and what the workspace holds under these words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy

from huixiang.announcements import search as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import search as cases
from huixiang.cases.models import Case, ReadMark
from huixiang.desk.search.results import Pieces, address_of, may_see_contacts
from huixiang.engine.searching import marked, spelled
from huixiang.members import search as members
from huixiang.members.models import Member
from huixiang.themes import search as themes
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

FEW = 5
CASES = 6


@dataclass(frozen=True, slots=True)
class Page:
    """A page or command that is always there. `act` is "theme" or "language" where it is not an address."""

    word: str | Promise
    glyph: str
    view: str = ""
    needs: Permission = Permission.READ
    also: str = ""  # other words people type for it
    query: str = ""
    act: str = ""


PAGES: Sequence[Page] = (
    Page(pgettext_lazy("page", "Inbox"), "inbox", "inbox", also="工作台 待办 首页"),
    Page(pgettext_lazy("page", "Feedback"), "message-report", "feedback", also="声音 原话"),
    Page(pgettext_lazy("page", "Themes"), "stack-2", "themes", also="问题"),
    Page(gettext_lazy("Members"), "users", "members", also="用户 车友 粉丝"),
    Page(pgettext_lazy("page", "Notices"), "speakerphone", "announcements", also="公告"),
    Page(pgettext_lazy("page", "Channels"), "broadcast", "channels", also="接入"),
    Page(pgettext_lazy("page", "Academy"), "school", "academy", also="培训 情景 课程 练习"),
    Page(pgettext_lazy("page", "Settings"), "settings", "settings", also="配置"),
    Page(gettext_lazy("Team and roles"), "users", "settings_team", also="同事 权限"),
    Page(gettext_lazy("Grading rules"), "adjustments", "settings_rules", also="定级 等级"),
    Page(gettext_lazy("Playbooks"), "route", "settings_playbooks", also="预案 步骤 流程 playbook"),
    Page(gettext_lazy("Rotas"), "users", "settings_rotas", also="轮值 排班"),
    Page(gettext_lazy("Answer standards"), "clock", "settings_standards", also="时限 SLA"),
    Page(gettext_lazy("API keys"), "key", "settings_keys", Permission.INTEGRATE, also="接口 密钥"),
    Page(gettext_lazy("Journal"), "history", "settings_journal", also="日志 记录"),
)
COMMANDS: Sequence[Page] = (
    Page(gettext_lazy("My cases"), "user-check", "inbox", query="?view=mine", also="我的"),
    Page(gettext_lazy("My steps"), "list-check", "my_steps", also="我的 待办 预案"),
    Page(gettext_lazy("Overdue cases"), "alarm", "inbox", query="?view=overdue", also="超时"),
    Page(gettext_lazy("Import messages"), "file-import", "import", Permission.IMPORT, also="上传 表格 文件 Excel CSV"),
    Page(gettext_lazy("Light or dark"), "moon", act="theme", also="深色 夜间 主题色 theme"),
    Page(gettext_lazy("Change the language"), "language", act="language", also="语言 中文 English"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette."""

    title: Pieces
    glyph: str = ""
    address: str = ""
    act: str = ""
    grade: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    word: str
    offers: list[Offer]


def sections(membership: Membership, query: str) -> list[Section]:
    """What fits the words, the likeliest sort first; empty ones are left out."""
    if not query:
        made = [
            Section(_("Looked at lately"), _recent(membership)),
            Section(_("Pages"), _pages(PAGES, membership, "")),
            Section(_("Commands"), _pages(COMMANDS, membership, "")),
        ]
    else:
        made = [
            Section(_("Pages and commands"), _pages((*PAGES, *COMMANDS), membership, query)[:FEW]),
            Section(_("Cases"), _cases(membership, query)),
            Section(_("Members"), _members(membership, query)),
            Section(str(pgettext_lazy("page", "Themes")), _themes(membership, query)),
            Section(str(pgettext_lazy("page", "Notices")), _announcements(membership, query)),
        ]
    return [section for section in made if section.offers]


def _pages(pages: Sequence[Page], membership: Membership, query: str) -> list[Offer]:
    """Those the role may open and the desk has, whose words in either language hold what was typed."""
    found = []
    for page in pages:
        address = address_of(membership, page.view) if page.view else ""
        if (address or page.act) and holds(membership, page.needs) and _fits(page, query):
            found.append(Offer(marked(str(page.word), query), page.glyph, address + page.query, page.act))
    return found


def _fits(page: Page, query: str) -> bool:
    wanted = spelled(query)
    words = [str(page.word), page.also]
    for language in ("zh-hans", "en"):
        with override(language):
            words.append(str(page.word))
    return wanted in spelled("\n".join(words))


def _recent(membership: Membership) -> list[Offer]:
    """The cases this person opened last."""
    marks = ReadMark.objects.filter(workspace_id=membership.workspace_id, membership=membership).order_by("-at", "-id")
    return [_case(membership, mark.case, "") for mark in marks.select_related("case__member")[:FEW]]


def _case(membership: Membership, case: Case, query: str) -> Offer:
    return Offer(
        marked(case.title, query), address=address_of(membership, "case", case_id=case.id), grade=case.grade,
        note=f"{case.label} · {case.member.known_as}",
    )  # fmt: skip


def _cases(membership: Membership, query: str) -> list[Offer]:
    hits = cases.ranked(workspace_id=membership.workspace_id, query=query, typing=True, size=CASES)
    return [_case(membership, row, query) for row in hits.rows]


def _members(membership: Membership, query: str) -> list[Offer]:
    hits = members.ranked(
        workspace_id=membership.workspace_id, query=query, contacts=may_see_contacts(membership), typing=True, size=FEW
    )
    return [_member(membership, row, query) for row in hits.rows]


def _member(membership: Membership, member: Member, query: str) -> Offer:
    page = address_of(membership, "member", member_id=member.id)
    shown = page or f"{address_of(membership, 'search')}?{urlencode({'in': 'cases', 'q': member.name})}"
    note = str(member.get_tier_display())
    return Offer(marked(member.known_as, query), address=shown, name=member.known_as, note=note)


def _themes(membership: Membership, query: str) -> list[Offer]:
    hits = themes.ranked(workspace_id=membership.workspace_id, query=query, typing=True, size=FEW)
    return [_theme(membership, row, query) for row in hits.rows]


def _theme(membership: Membership, theme: Theme, query: str) -> Offer:
    return Offer(
        marked(theme.name, query), "stack-2", address_of(membership, "theme", theme_id=theme.id),
        note=str(theme.get_status_display()),
    )  # fmt: skip


def _announcements(membership: Membership, query: str) -> list[Offer]:
    hits = announcements.ranked(workspace_id=membership.workspace_id, query=query, typing=True, size=FEW)
    return [_announcement(membership, row, query) for row in hits.rows]


def _announcement(membership: Membership, row: Announcement, query: str) -> Offer:
    note = "" if row.published_at else _("Draft")
    return Offer(
        marked(row.title, query), "speakerphone", address_of(membership, "announcement", announcement_id=row.id),
        note=note,
    )  # fmt: skip
