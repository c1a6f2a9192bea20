"""The roster, one member, and who may be the same person."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huixiang.announcements import timeline
from huixiang.cases import roster
from huixiang.cases.queries import cases_of_members, member_record
from huixiang.cases.routes import private_routes
from huixiang.channels.queries import accounts
from huixiang.desk import access
from huixiang.desk.insights.of_member import way_of
from huixiang.desk.journal_words import tell_all
from huixiang.desk.members import listing as words
from huixiang.desk.members.erased import changed_texts
from huixiang.insights.exports.spreadsheet import Cell, Table, as_here, csv_lines, write_xlsx
from huixiang.kernel.errors import Refused
from huixiang.members import candidates, erasing, exporting, queries
from huixiang.members.actions import roster_taken_out
from huixiang.members.models import NEVER, Consent, Identity, Member, Tier
from huixiang.triage.dials import influence
from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, holds

PAGE = 50
STORY = 30
AT_A_TIME = 500
MOST_IN_XLSX = 2_000  # what is written while the person waits; CSV goes out as it is read, whatever the length


@access.page()
def listing(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Everybody, narrowed and sorted as the address says."""
    workspace, wanted = membership.workspace, words.wanted_of(request.GET, membership)
    page = roster.roster(workspace=workspace, wanted=wanted, cursor=request.GET.get("cursor", ""), size=PAGE)
    facts = roster.facts_of(workspace_id=workspace.id, members=page.rows)
    context: dict[str, Any] = {
        "rows": [words.row_of(member, facts[member.id]) for member in page.rows],
        "next_query": words.query_of(wanted, cursor=page.next_cursor) if page.next_cursor else "",
        "mood_words": words.MOOD_WORDS,
    }
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/members/rows.html", **context)
    counts = roster.tier_counts(workspace_id=workspace.id)
    narrowed = words.query_of(wanted) not in ("", f"sort={wanted.sort}")
    context |= {
        "wanted": wanted, "tabs": words.tiers(wanted, counts), "everybody": sum(counts.values()), "narrowed": narrowed,
        "found": roster.listed(workspace_id=workspace.id, wanted=wanted).count() if narrowed else sum(counts.values()),
        "query": words.query_of(wanted), "accounts": accounts(workspace), "sorts": words.SORT_WORDS,
        "quiet": words.QUIET, "consents": Consent.choices, "tier_choices": Tier.choices[::-1],
    }  # fmt: skip
    return access.shown(request, membership, "desk/members/listing.html", "members", **context)


def member_of(membership: Membership, member_id: uuid.UUID) -> Member:
    """The member of the address, or 404."""
    found: Member = access.found(queries.member_by_id(workspace_id=membership.workspace_id, member_id=member_id))
    return found


@access.page()
def member(request: HttpRequest, membership: Membership, member_id: uuid.UUID) -> HttpResponse:
    """One person: who they are, where they are reached, everything said and done."""
    found = member_of(membership, member_id)
    story = timeline.of_member(
        workspace_id=found.workspace_id, member_id=found.id, cursor=request.GET.get("cursor", ""), size=STORY
    )
    journal = [moment.thing for moment in story.rows if moment.kind == "journal"]
    told = dict(zip((one.id for one in journal), tell_all(journal, membership.workspace), strict=True))
    context: dict[str, Any] = {
        "member": found,
        "story": [(moment, told.get(moment.thing.id)) for moment in story.rows],
        "next_cursor": story.next_cursor,
    }
    if getattr(request, "htmx", False):
        return access.part(request, membership, "desk/members/story.html", **context)
    return access.shown(
        request, membership, "desk/members/member.html", "members", **context, **_about(membership, found)
    )


def _about(membership: Membership, found: Member) -> dict[str, Any]:
    cases = cases_of_members(workspace_id=found.workspace_id, member_ids=[found.id]).get(found.id, [])
    themes = {case.theme_id: case.theme for case in cases if case.theme}
    return {
        "influence": influence(found),
        "mood": words.mood_of(found),
        "mood_word": words.MOOD_WORDS.get(words.mood_of(found), ""),
        "marks": words.marks(found.moods),
        "silent": found.last_contact_at == NEVER,
        "record": member_record(found),
        "cases": cases[:8],
        "themes": list(themes.values())[:8],
        "identities": _names(found),
        "email": words.hidden(found.email) if found.email else "",
        "routes": private_routes(member=found, account=None, conversation=None),
        "notes": queries.notes_of(found),
        "joinings": queries.joinings_of(found),
        "candidates": [] if _closed(found) else candidates.of_member(found),
        "erasure": erasing.running(found),
        "closed": _closed(found),
        "changed": changed_texts(found),
        "stored": exporting.stored(found),
        "export": exporting.latest(found, of=access.actor(membership)),
        "tier_choices": Tier.choices[::-1],
        "way": way_of(found, membership.workspace),
    }


def _closed(member: Member) -> bool:
    """Whether there is nothing left to do with the record."""
    return bool(member.joined_into_id or member.erased_at or member.erasing_at or member.anonymous)


@access.page(Permission.MEMBERS)
def pairs(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Records that may be one person, with the evidence; a person decides."""
    found = candidates.pairs(workspace_id=membership.workspace_id)
    facts = roster.facts_of(
        workspace_id=membership.workspace_id, members=[one for pair in found for one in (pair.one, pair.other)]
    )
    rows = [(pair, facts[pair.one.id], facts[pair.other.id]) for pair in found]
    return access.shown(request, membership, "desk/members/pairs.html", "members", rows=rows)


@access.page(Permission.MEMBERS)
def join_preview(
    request: HttpRequest, membership: Membership, member_id: uuid.UUID, other_id: uuid.UUID
) -> HttpResponse:
    """What will be joined, before it is."""
    target, source = member_of(membership, member_id), member_of(membership, other_id)
    facts = roster.facts_of(workspace_id=membership.workspace_id, members=[target, source])
    both = [
        (one, facts[one.id], _names(one), exporting.stored(one), words.hidden(one.email) if one.email else "")
        for one in (target, source)
    ]
    return access.shown(
        request, membership, "desk/members/join.html", "members", target=target, source=source, both=both
    )


def _names(member: Member) -> list[tuple[Identity, str]]:
    """The names on channels, each as everybody of the team may see it."""
    return [(one, words.hidden(one.external_id)) for one in queries.identities_of(member)]


@access.page(Permission.EXPORT)
def table(request: HttpRequest, membership: Membership, form: str) -> HttpResponseBase:
    """The roster as it is narrowed, as a file. Addresses are masked for who may not see them. The journal keeps it."""
    wanted = words.wanted_of(request.GET, membership)
    number = roster.listed(workspace_id=membership.workspace_id, wanted=wanted).count()
    if form == "xlsx" and number > MOST_IN_XLSX:
        raise Refused(
            _("An XLSX file takes up to %(most)d members at once. Narrow the list, or take the CSV file.")
            % {"most": MOST_IN_XLSX}
        )
    unmasked = holds(membership, Permission.UNMASK)
    roster_taken_out(
        workspace_id=membership.workspace_id, members=number, unmasked=unmasked, actor=access.actor(membership)
    )
    written = Table(_("Members"), _headings(), _table_rows(membership, wanted, unmasked=unmasked), (20, 12))
    name = f"members-{timezone.localdate():%Y%m%d}.{form}"
    if form == "csv":
        answer = StreamingHttpResponse(as_here(csv_lines(written)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_xlsx(path, written)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _headings() -> list[str]:
    return [
        _("Name"), _("Tier"), _("Influence"), _("Mood"), _("Feedback"), _("Confirmed reports"), _("Open cases"),
        _("Channels"), _("Last contact"), _("Being named"), _("E-mail address"), _("Here since"),
    ]  # fmt: skip


def _table_rows(membership: Membership, wanted: roster.Wanted, *, unmasked: bool) -> Iterator[list[Cell]]:
    cursor: str | None = ""
    while cursor is not None:
        page = roster.roster(workspace=membership.workspace, wanted=wanted, cursor=cursor, size=AT_A_TIME)
        facts = roster.facts_of(workspace_id=membership.workspace_id, members=page.rows)
        for one in page.rows:
            beside = facts[one.id]
            yield [
                one.known_as, one.get_tier_display(), influence(one).value,
                str(words.MOOD_WORDS.get(words.mood_of(one), "")), one.feedback_count, one.confirmed_count,
                beside.open_cases, pgettext("list", ", ").join(account.name for account in beside.accounts),
                None if one.last_contact_at == NEVER else one.last_contact_at, one.get_credit_consent_display(),
                one.email if unmasked else words.hidden(one.email) if one.email else "", one.created_at,
            ]  # fmt: skip
        cursor = page.next_cursor
