"""What `q` finds, by each package's own search, and filters that look at the feedback behind a thing."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from huixiang.announcements import search as announcement_search
from huixiang.announcements.models import Announcement
from huixiang.cases import search as case_search
from huixiang.cases.models import Case
from huixiang.feedback import search as feedback_search
from huixiang.feedback.models import Feedback
from huixiang.members import search as member_search
from huixiang.members.models import Member
from huixiang.themes import search as theme_search
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Workspace


def feedback(workspace: Workspace, rows: QuerySet[Feedback], q: str, within: Q) -> QuerySet[Feedback]:
    """Feedback that speaks of it; `within` are the other filters, among whose rows the nearest are looked for."""
    return rows.filter(feedback_search.matching(workspace_id=workspace.id, query=q, within=within)) if q else rows


def cases(workspace: Workspace, rows: QuerySet[Case], q: str) -> QuerySet[Case]:
    """Those of these cases that are about it."""
    return rows.filter(case_search.matching(workspace_id=workspace.id, query=q, within=rows)) if q else rows


def themes(workspace: Workspace, rows: QuerySet[Theme], q: str) -> QuerySet[Theme]:
    """Those of these themes that are about it."""
    within = Q(id__in=rows.values("id"))
    return rows.filter(theme_search.matching(workspace_id=workspace.id, query=q, within=within)) if q else rows


def members(workspace: Workspace, rows: QuerySet[Member], q: str, *, contacts: bool) -> QuerySet[Member]:
    """Members of that name; with `contacts` also of that address."""
    return rows.filter(member_search.matching(workspace_id=workspace.id, query=q, contacts=contacts)) if q else rows


def announcements(workspace: Workspace, rows: QuerySet[Announcement], q: str) -> QuerySet[Announcement]:
    """Those of these announcements that speak of it."""
    return rows.filter(announcement_search.matching(workspace_id=workspace.id, query=q, within=rows)) if q else rows


def _said(workspace: Workspace, **narrowed: Any) -> QuerySet[Feedback]:
    wanted = {field: value for field, value in narrowed.items() if value}
    return Feedback.objects.filter(workspace=workspace, **wanted)


def cases_of_kind(workspace: Workspace, kind: str) -> QuerySet[Any]:
    """The ids of cases about a feedback of this kind."""
    return _said(workspace, kind=kind).exclude(case_id=None).values("case_id")


def themes_spoken_of(workspace: Workspace, *, kind: str | None, channel: str) -> QuerySet[Any]:
    """The ids of themes with feedback of this kind, from this channel."""
    return _said(workspace, kind=kind, account__slug=channel).exclude(theme_id=None).values("theme_id")


def members_who_said(
    workspace: Workspace, grade: str | None, kind: str | None, theme_id: uuid.UUID | None
) -> QuerySet[Any]:
    """The ids of members with such feedback."""
    return _said(workspace, grade=grade, kind=kind, theme_id=theme_id).values("member_id")
