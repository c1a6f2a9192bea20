"""What a line of the story does: each verb of the files calls the product's own."""

import csv
import datetime
import io
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import actions as cases
from huixiang.cases import handing, tagging
from huixiang.cases.filters import Filters
from huixiang.cases.models import Case, Turn
from huixiang.cases.saved_views import save_view
from huixiang.channels.actions import report_fetched
from huixiang.channels.contracts import InboundMessage
from huixiang.channels.delivering import deliver_due
from huixiang.channels.models import ChannelAccount, Delivery, DeliveryState
from huixiang.cli.demo import rooms
from huixiang.cli.demo.correcting import correct
from huixiang.cli.demo.practising import practise
from huixiang.cli.demo.stage import Told, at, author_id, introduce
from huixiang.feedback.models import Feedback
from huixiang.intake.actions import issue_follow_code, receive
from huixiang.intake.imports import actions as imports
from huixiang.intake.imports import mapping, reading, uploads
from huixiang.intake.models import Message
from huixiang.journal.events import Actor
from huixiang.kernel.errors import Refused
from huixiang.members import actions as members
from huixiang.members import joining
from huixiang.members.models import Member
from huixiang.playbooks import editing, rotas, shipped
from huixiang.playbooks.models import Playbook, Rota
from huixiang.playbooks.states import OwnerKind
from huixiang.themes import actions as themes
from huixiang.themes import moving
from huixiang.themes.models import Merge, Theme
from huixiang.themes.states import ThemeStatus
from huixiang.triage.actions import correct_grade, process

FETCHED = frozenset({"api", "notes"})  # the app fetches its answers; of a call somebody says that it was made
Line = dict[str, Any]
Said = Sequence[tuple[datetime.datetime, Line]]


def say(told: Told, said: Said) -> None:
    """Members speak; what they say between two doings of the team is read in one go."""
    for moment, line in said:
        introduce(told, line["say"], told.account(line), line)
        with at(moment):  # each comes in when it is said; only the reading is done together
            receive(account=told.account(line), messages=[_message(told, moment, line)])
    process(workspace_id=told.workspace.id)
    told.said += len(said)
    lines = [line for _moment, line in said]
    correct(told, lines)
    for line in lines:
        if line.get("anonymous"):
            _give_code(told, line)


def _message(told: Told, moment: datetime.datetime, line: Line) -> InboundMessage:
    who, account = line["say"], told.account(line)
    known = told.people[who]
    public, group = bool(line.get("public")), line["in"] in told.talk
    return InboundMessage(
        external_id=line["key"],
        text=line["text"],
        author_id=author_id(told, who, account, line),
        author_name="" if line.get("anonymous") else known.get("name", ""),
        author_email=known.get("email", "") if account.kind == "email" else "",
        sent_at=moment,
        thread=str(line["thread"] if "thread" in line else "" if group else line["key"]),
        private=not public and not group,
        public=public,
    )


def _give_code(told: Told, line: Line) -> None:
    """Whoever speaks without a name gets the code that leads back; nobody but them ever sees it."""
    message = _said(told, line["key"])
    if message.conversation and message.member:
        issue_follow_code(conversation=message.conversation, member=message.member, message_id=message.id)


def _said(told: Told, key: str) -> Message:
    found = Message.objects.select_related("conversation", "member")
    return found.get(workspace=told.workspace, external_id=key)


def _there(found: uuid.UUID | None, key: str) -> uuid.UUID:
    """What a message led to; raises Refused when it led to none."""
    if found is None:
        raise Refused(key)
    return found


def _case(told: Told, key: str) -> Case:
    """The case that a message led to, or became a part of."""
    message = _said(told, key)
    turn = Turn.objects.select_related("case").filter(message_id=message.id).first()
    return turn.case if turn else Case.objects.get(id=_there(_feedback(told, key).case_id, key))


def _feedback(told: Told, key: str) -> Feedback:
    return Feedback.objects.get(workspace=told.workspace, id=_there(_said(told, key).feedback_id, key))


def _theme(told: Told, key: str) -> Theme:
    return Theme.objects.get(workspace=told.workspace, id=_there(_feedback(told, key).theme_id, key))


def _member(told: Told, who: str) -> Member:
    """A person; one who did nothing yet is first met on the community's page."""
    if who not in told.members:
        introduce(told, who, told.accounts["portal"], {})
    return Member.objects.get(id=told.members[who])


def _actor(told: Told, line: Line) -> Actor:
    return Actor("staff", told.by(line).id)


def _file(told: Told, line: Line) -> None:
    """A file with older talk is imported, the way the channels page does it; its rows are in the past."""
    account = told.account(line)
    for row in line["rows"]:
        if row.get("say"):
            introduce(told, row["say"], account, row)
    stored = imports.keep_upload(workspace=told.workspace, file_name=line["file"], chunks=[_table(told, line)])
    columns = reading.preview(stored).columns
    run = imports.note(
        workspace=told.workspace, account=account, stored=stored, file_name=line["file"],
        mapping=mapping.guess(columns), by=told.by(line),
    )  # fmt: skip
    uploads.remove_done(imports.run(run.id))
    process(workspace_id=told.workspace.id)
    told.said += len(line["rows"])
    correct(told, line["rows"])


def _table(told: Told, line: Line) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["编号", "时间", "用户编号", "昵称", "内容"])
    for row in line["rows"]:
        when = row.get("written", f"{row['moment']:%Y-%m-%d %H:%M}")
        name = told.people[row["say"]]["name"] if row.get("say") else ""
        writer.writerow([row["key"], when, row.get("say", ""), name, row["text"]])
    return file.getvalue().encode("utf-8-sig")


def _answer(told: Told, line: Line) -> None:
    """Whoever answers first takes the case. Apps fetch, calls are made, unless the line says not yet."""
    case, by = _case(told, line["answer"]), told.by(line)
    if case.first_answered_at is None:
        cases.assign(case=case, owner=by, actor=_actor(told, line))
    turn = cases.reply(case=case, by=by, text=line["text"], lane=line["lane"])
    deliver_due()
    if turn.delivery and turn.delivery.account.kind in FETCHED and not line.get("unfetched"):
        _fetch(turn.delivery.account)


def _fetch(account: ChannelAccount) -> None:
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.READY)
    report_fetched(account=account, delivery_ids=list(waiting.values_list("id", flat=True)))


def _note(told: Told, line: Line) -> None:
    cases.note(case=_case(told, line["note"]), by=told.by(line), text=line["text"])


def _tag(told: Told, line: Line) -> None:
    for name in line["names"]:
        tag = tagging.tag_named(workspace_id=told.workspace.id, name=name, actor=_actor(told, line))
        tagging.tag(cases=[_case(told, line["tag"])], tag=tag, actor=_actor(told, line))


def _view(told: Told, line: Line) -> None:
    """Somebody keeps a view of the inbox, for themselves or for the team."""
    wanted: Line = {name: tuple(value) if isinstance(value, list) else value for name, value in line["filters"].items()}
    save_view(by=told.by(line), name=line["view"], filters=Filters(**wanted), shared=line.get("shared", False))


def _assign(told: Told, line: Line) -> None:
    cases.assign(case=_case(told, line["assign"]), owner=told.team[line["to"]], actor=_actor(told, line))


def _hand(told: Told, line: Line) -> None:
    """One of the team gives a case to another, with what they have to know."""
    to = told.team[line["to"]]
    handing.hand_over(case=_case(told, line["hand"]), by=told.by(line), to=to, text=line["text"])


def _take(told: Told, line: Line) -> None:
    handing.take(case=_case(told, line["take"]), by=told.by(line))


def _give_back(told: Told, line: Line) -> None:
    handing.give_back(case=_case(told, line["give_back"]), by=told.by(line), text=line["text"])


def _end(told: Told, line: Line) -> None:
    """Solved or closed by the team; confirmed by the member."""
    case = _case(told, line["end"])
    actor = Actor("member", case.member_id) if line["as"] == "confirmed" else _actor(told, line)
    cases.end(case=case, state=line["as"], actor=actor, reason=line.get("why", ""))


def _reopen(told: Told, line: Line) -> None:
    case = _case(told, line["reopen"])
    cases.reopen(case=case, actor=Actor("member", case.member_id), reason=line.get("why", ""))


def _regrade(told: Told, line: Line) -> None:
    correct_grade(case=_case(told, line["regrade"]), grade=line["to"], reason=line["why"], by=told.by(line))


def _vote(told: Told, line: Line) -> None:
    theme = _theme(told, line["vote"])
    for who in line["who"]:
        themes.vote(theme=theme, member=_member(told, who), given=True)


def _move(told: Told, line: Line) -> None:
    themes.move(theme=_theme(told, line["move"]), to=line["to"], actor=_actor(told, line), words=line["text"])


def _apart(told: Told, line: Line) -> None:
    """Take a feedback out of a theme it only sounds like; nothing where it has one of its own."""
    feedback, source = _feedback(told, line["apart"]), _theme(told, line["apart"])
    if source.feedback_count > 1:
        moving.split(source=source, feedback_ids=[feedback.id], name=line["name"], actor=_actor(told, line))


def _describe(told: Told, line: Line) -> None:
    names = ("name", "summary", "root_cause", "workaround", "fix", "public")
    changed: Line = {name: line[name] for name in names if name in line}
    if "owner" in line:
        changed["owner_id"] = told.team[line["owner"]].id
    themes.describe(theme=_theme(told, line["describe"]), actor=_actor(told, line), **changed)


def _decline(told: Told, line: Line) -> None:
    theme, actor = _theme(told, line["decline"]), _actor(told, line)
    if "name" in line:
        themes.describe(theme=theme, actor=actor, name=line["name"])
    themes.move(theme=theme, to=ThemeStatus.DECLINED, actor=actor, words=line["text"])
    themes.describe(theme=Theme.objects.get(id=theme.id), actor=actor, public=True)


def _merge(told: Told, line: Line) -> None:
    """Staff see that these are one matter, unless the engine saw it by itself."""
    for key in line["merge"]:
        source, target = _theme(told, key), _theme(told, line["into"])
        if source.id != target.id:
            done = themes.merge(source=source, target=target, actor=_actor(told, line))
            cases.follow_theme(
                workspace_id=told.workspace.id, feedback_ids=done.feedback_ids, theme_id=target.id
            )


def _undo_merge(told: Told, line: Line) -> None:
    """What was put together too quickly is parted again."""
    done = Merge.objects.filter(target=_theme(told, line["undo_merge"]), undone_at=None).latest("merged_at")
    themes.undo_merge(merge_id=done.id, workspace_id=told.workspace.id, actor=_actor(told, line))
    cases.follow_theme(
        workspace_id=told.workspace.id, feedback_ids=done.feedback_ids, theme_id=done.source_id
    )


def _resolve(told: Told, line: Line) -> None:
    theme = _theme(told, line["resolve"])
    if "name" in line:
        themes.describe(theme=theme, actor=_actor(told, line), name=line["name"])
    announcements.resolve_and_draft(
        theme=theme,
        root_cause=line["root_cause"],
        fix=line["fix"],
        fixed_in=line.get("fixed_in", ""),
        by=told.by(line),
    )


def _settle(told: Told, line: Line) -> None:
    """A small matter is answered in public at once: what was wrong, what was done."""
    for key in line.get("also", []):
        _merge(told, {"merge": [key], "into": line["settle"], "by": line.get("by")})
    if "name" in line:
        themes.describe(theme=_theme(told, line["settle"]), actor=_actor(told, line), public=True)
    _resolve(told, {**line, "resolve": line["settle"]})
    _publish(told, {"publish": line["settle"], "by": line.get("by"), "title": line["title"]})


def _rota(told: Told, line: Line) -> None:
    """Who takes steps in turn, and who is away for so many days."""
    today = timezone.localdate()
    away = {told.team[who].id: today + datetime.timedelta(days=days) for who, days in line.get("away", {}).items()}
    rota = Rota.objects.filter(workspace=told.workspace, name=line["rota"]).first()
    people = [told.team[who].id for who in line["people"]]
    rotas.save(
        workspace=told.workspace, rota=rota, name=line["rota"], people=people, away=away, by=told.by(line)
    )


def _book(told: Told, line: Line) -> None:
    """One step of a playbook goes to a rota from now on: a version of its own, with what is new in it."""
    shipped.furnish(workspace=told.workspace)
    book = Playbook.objects.select_related("workspace", "active").get(workspace=told.workspace, key=line["book"])
    rota = Rota.objects.get(workspace=told.workspace, name=line["to"])
    if book.active is None:
        raise Refused(line["book"])
    rows = [
        {**row, "owner_kind": OwnerKind.ROTA, "rota_id": rota.id} if row["key"] == line["step"] else row
        for row in editing.rows_of(book.active)
    ]
    by, conditions = told.by(line), book.active.conditions
    editing.save_draft(playbook=book, name=book.name, conditions=conditions, steps=rows, by=by)
    editing.publish(playbook=book, note=line["why"], by=by)


def _draft(told: Told, key: str) -> Announcement:
    return Announcement.objects.get(theme=_theme(told, key), published_at=None)


def _ask(told: Told, line: Line) -> None:
    announcements.ask_consent(announcement=_draft(told, line["ask"]), by=told.by(line))
    deliver_due()


def _publish(told: Told, line: Line) -> None:
    draft, by = _draft(told, line["publish"]), told.by(line)
    words = {name: line[name] for name in announcements.EDITABLE if name in line}
    announcements.edit(draft=draft, by=by, **words)
    published = announcements.publish(announcement=Announcement.objects.get(id=draft.id), by=by)
    announcements.tell(announcement_id=published.id)
    deliver_due()


def _solved(told: Told, line: Line) -> None:
    """A member answers whether an announcement's fix helped."""
    found = Announcement.objects.filter(theme=_theme(told, line["solved"]), published_at__isnull=False)
    announcements.answer(
        announcement=found.latest("published_at"), member=_member(told, line["who"]), solved=line["value"],
        words=line.get("words", ""),
    )  # fmt: skip


def _consent(told: Told, line: Line) -> None:
    member = _member(told, line["consent"])
    members.give_consent(member=member, consent=line["to"], actor=Actor("member", member.id))


def _tier(told: Told, line: Line) -> None:
    members.change_tier(member=_member(told, line["tier"]), tier=line["to"], actor=_actor(told, line))


def _know(told: Told, line: Line) -> None:
    """Somebody keeps what the team should know of a person."""
    members.note(member=_member(told, line["know"]), by=told.by(line), text=line["text"])


def _join(told: Told, line: Line) -> None:
    """Two records turn out to be one person."""
    joining.join(source=_member(told, line["join"]), target=_member(told, line["into"]), by=told.by(line))


def _room(told: Told, line: Line) -> None:
    rooms.sit(told, line, _case(told, line["room"]))


VERBS: dict[str, Callable[[Told, Line], None]] = {
    "file": _file, "hand": _hand, "take": _take, "give_back": _give_back, "answer": _answer, "note": _note,
    "assign": _assign, "end": _end, "reopen": _reopen, "regrade": _regrade, "vote": _vote, "move": _move,
    "apart": _apart,
    "describe": _describe, "decline": _decline, "merge": _merge, "undo_merge": _undo_merge,
    "settle": _settle, "practise": practise, "rota": _rota, "book": _book, "resolve": _resolve,
    "ask": _ask, "publish": _publish, "tag": _tag, "view": _view, "know": _know,
    "room": _room, "join": _join, "solved": _solved, "consent": _consent, "tier": _tier,
}  # fmt: skip
