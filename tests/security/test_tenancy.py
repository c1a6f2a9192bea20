"""Nobody of one workspace reads, changes or guesses anything of another: every address is walked.

A new address with a new kind of id must be given one in `world`, else the walk fails.
"""

import datetime
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from huixiang.academy.actions import begin
from huixiang.academy.library import scenarios
from huixiang.alerts.models import Alert, AlertTarget, Notice
from huixiang.announcements import actions as announcements
from huixiang.announcements.models import Announcement
from huixiang.cases import actions as cases
from huixiang.cases import approving, bulk
from huixiang.cases.filters import Filters
from huixiang.cases.models import Case, Turn
from huixiang.cases.saved_views import save_view
from huixiang.cases.tagging import tag_named
from huixiang.channels.actions import open_account
from huixiang.channels.models import Delivery
from huixiang.channels.webhooks.actions import open_endpoint, send_test
from huixiang.channels.webhooks.receiving import set_up
from huixiang.dialogue import macros, scheduling
from huixiang.dialogue import templates as reply_templates
from huixiang.dialogue.scheduling import Later
from huixiang.dialogue.templates import Wanted
from huixiang.feedback.models import Feedback
from huixiang.groupbot.links import follow_link
from huixiang.insights.exports import actions as exports
from huixiang.intake.attachments.actions import keep, ticket, upload
from huixiang.intake.imports import saved
from huixiang.intake.imports.actions import keep_upload, start
from huixiang.intake.models import Attachment, Message
from huixiang.journal.models import Entry
from huixiang.members import exporting
from huixiang.members import joining as members_joining
from huixiang.members.models import Member
from huixiang.playbooks import rotas
from huixiang.playbooks.models import RunStep
from huixiang.themes import actions as themes
from huixiang.themes import moving, verbatims
from huixiang.themes.models import EarlyWarning, Proposal, Theme
from huixiang.triage.learned import LearnedVersion
from huixiang.triage.learning.corrections import correct
from huixiang.triage.opinions.models import Opinion
from huixiang.war_rooms import knowing, seating, statements
from huixiang.war_rooms.actions import open_room
from huixiang.war_rooms.models import Change, Joining, Review
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.invitations import invite
from huixiang.workspaces.models import Membership, OwnDay, Scope, Workspace
from tests import factories

HIDDEN = "藏起来的原话"
NOBODYS = {"form", "course", "scenario"}  # a kind of file, what the academy teaches
GLOBAL = {"home"}  # addresses of no workspace
PLACE = {"desk": "workspace", "portal": "community"}


@dataclass
class World:
    """A workspace with one of everything, and the ids an address may ask for."""

    workspace: Workspace
    owner: Membership
    key: str
    ids: dict[str, Any]


def _file(workspace: Workspace) -> Attachment:
    return upload(workspace=workspace, name="a.txt", file=BytesIO(b"words"), size=5)


def _steps(case: Case, owner: Membership) -> dict[str, Any]:
    """The playbook at work on a case, one of its steps, and a rota."""
    step = RunStep.objects.filter(case=case).order_by("position")[0]
    rota = rotas.save(workspace=case.workspace, rota=None, name="晚班", people=[owner.id], away={}, by=owner)
    return {"playbook_id": step.run.version.playbook_id, "step_id": step.id, "rota_id": rota.id}


def _answers(case: Case, owner: Membership) -> dict[str, uuid.UUID]:
    """An answer that waits for a yes, one for later, and a template to answer with."""
    later = Later(timezone.now() + datetime.timedelta(days=1))
    pending = approving.ask(case=case, by=owner, text=HIDDEN)
    scheduled = scheduling.schedule(case=case, by=owner, text=HIDDEN, lane="private", later=later)
    template = reply_templates.make(by=owner, wanted=Wanted(name=HIDDEN, texts={"plain": HIDDEN}))
    macro = macros.save(macro=None, by=owner, name=HIDDEN, steps={"tag": HIDDEN}, shared=True)
    return {"macro_id": macro.id, "pending_id": pending.id, "scheduled_id": scheduled.id, "template_id": template.id}


def _opinion(feedback: Feedback) -> Opinion:
    return Opinion.objects.create(
        workspace_id=feedback.workspace_id, feedback=feedback, model="small", severity=4, kind="defect", grade="red",
        agrees=False, reason=HIDDEN,
    )  # fmt: skip


def _alert(*, theme_id: uuid.UUID | None, workspace: Workspace, to: Membership) -> dict[str, uuid.UUID]:
    alert = Alert.objects.create(
        workspace=workspace, rule="rise", severity="high", subject_kind="theme", subject_id=theme_id,
        figures={"people": 5, "days": 1, "expected": 0.2},
    )  # fmt: skip
    notice = Notice.objects.create(workspace=workspace, alert=alert, membership=to, way="mail", state="failed")
    return {"alert_id": alert.id, "notice_id": notice.id}


def _room(case: Case, owner: Membership) -> dict[str, Any]:
    """A war room with one of everything an address may ask for."""
    room = open_room(workspace=owner.workspace, theme=Theme.objects.get(id=case.theme_id))
    seating.take_part(room=room, who=owner, part="lead", actor=themes.Actor("staff", owner.id))
    knowing.write_fact(room=room, by=owner, text=HIDDEN)
    statement = statements.write(room=room, by=owner, text=HIDDEN, base=None)
    review = Review.objects.create(workspace=owner.workspace, room=room, what_happened=HIDDEN, why=HIDDEN, met=True)
    task = Change.objects.create(
        workspace=owner.workspace, review=review, text=HIDDEN, owner=owner, due_on=datetime.date(2030, 1, 1)
    )
    return {
        "room_joining_id": Joining.objects.create(workspace=room.workspace, source=room, target=room).id,
        "room_id": room.id, "statement_id": statement.id, "task_id": task.id, "suffix": "md",
        "fact_id": room.facts.latest("at").id, "seat_id": room.seats.latest("joined_at").id,
        "question_id": knowing.ask(room=room, by=owner, text=HIDDEN).id,
    }  # fmt: skip


def _world(name: str) -> World:
    workspace = factories.workspace()
    owner = factories.membership(workspace, "owner", name="程屿")
    app, portal = (workspace.channel_accounts.get(slug=slug) for slug in ("owners-app", "portal"))
    case = factories.case(app, factories.COLD_START + f"，{HIDDEN}{name}")
    other = factories.case(app, factories.RUDE_SERVICE + f"，{HIDDEN}{name}")
    hidden = factories.BLACK_SCREEN + f"，{HIDDEN}{name}"
    private = factories.feedback(portal, hidden, private=True, thread=f"t-{name}")
    factories.received(app, factories.inbound(factories.CHATTER))
    kept = _file(workspace)
    keep(attachments=[kept], message_id=Message.objects.get(feedback_id=private.id).id)
    turn = cases.reply(case=case, by=owner, text="谢谢您告诉我们", lane="private")
    Delivery.objects.update(state="failed")
    stored = keep_upload(workspace=workspace, file_name="a.csv", chunks=["text\n很好\n".encode()])
    run = start(
        workspace=workspace,
        account=workspace.channel_accounts.get(slug="files"),
        stored=stored,
        file_name="a.csv",
        mapping={"text": "text"},
        by=owner,
    )
    merged = factories.case(app, factories.BLACK_SCREEN + "，一周三次")
    merge = themes.merge(
        source=Theme.objects.get(id=merged.theme_id),
        target=Theme.objects.get(id=other.theme_id),
        actor=themes.Actor("staff"),
    )
    draft = announcements.resolve_and_draft(
        theme=Theme.objects.get(id=case.theme_id), root_cause="甲", fix="乙", fixed_in="1", by=owner
    )
    other_theme = Theme.objects.get(id=other.theme_id)
    themes.describe(theme=other_theme, actor=themes.Actor("staff"), summary="一句话")
    said = Feedback.objects.filter(theme_id=other_theme.id).values_list("id", flat=True)[:1]
    moved = moving.split(source=other_theme, feedback_ids=list(said), name="另一件", actor=themes.Actor("staff"))
    export = exports.ask(
        by=owner, theme_ids=[other_theme.id], filters=verbatims.Filters(), words=[], file_format="csv"
    )
    heard = factories.feedback(app, factories.PRAISE, group="车主群", thread=f"g-{name}")
    key, secret = create_api_key(workspace=workspace, scopes=["ingest", "read", "deliver"])
    endpoint, _secret = open_endpoint(
        workspace=workspace, name=name, url="https://1.1.1.1/", wanted=["case.opened"], personal=False,
        actor=themes.Actor("staff", owner.id),
    )  # fmt: skip
    send_test(endpoint=endpoint)
    source = open_account(workspace=workspace, slug=f"hook-{owner.id.hex}", kind="webhook", name=name)
    set_up(account=source, actor=themes.Actor("staff", owner.id))
    people = [Member.objects.create(workspace=workspace, name=f"{HIDDEN}{name}{place}") for place in range(3)]
    joining = members_joining.join(source=people[0], target=people[1], by=owner)
    data_export = exporting.ask(member=people[1], actor=themes.Actor("staff", owner.id))
    return World(
        workspace,
        owner,
        secret,
        _room(other, owner)
        | {
            "case_id": case.id,
            "turn_id": turn.id,
            "feedback_id": private.id,
            "message_id": Message.objects.filter(workspace=workspace, state="noise").latest("received_at").id,
            "theme_id": other.theme_id,
            "merge_id": merge.id,
            "proposal_id": Proposal.objects.create(
                workspace=workspace, kind="split", theme=other_theme, feedback_ids=[private.id], share=50
            ).id,
            "warning_id": EarlyWarning.objects.create(
                workspace=workspace, theme=other_theme, days=1, people=4, expected=0.1, feedback_ids=[private.id]
            ).id,
            "announcement_id": draft.id,
            "credit_id": draft.credits.first().id,  # type: ignore[union-attr]
            "delivery_id": Delivery.objects.filter(workspace=workspace).latest("created_at").id,
            "run_id": run.id,
            "saved_mapping_id": saved.save(by=owner, name=name, mapping={"text": "内容"}, columns=["内容"]).id,
            "account_id": app.id,
            "membership_id": owner.id,
            "invitation_id": invite(workspace=workspace, email=f"{owner.id}@example.com", role="viewer", by=owner).id,
            "key_id": key.id,
            "rule_id": uuid.uuid4(),
            "opinion_id": _opinion(private).id,
            "member_id": case.member_id,
            "joining_id": joining.id,
            "other_id": people[2].id,
            "identity_id": case.member.identities.get().id,
            "data_export_id": data_export.id,
            "form": "csv",
            "move_id": moved.id,
            "change_id": other_theme.changes.latest("changed_at").id,
            "export_id": export.id,
            "endpoint_id": endpoint.id,
            "webhook_message_id": endpoint.deliveries.get().id,
            "slug": source.slug,
            "token": stored.name,
            "standing": follow_link(workspace, private).rstrip("/").rsplit("/", 1)[-1],
            **_alert(theme_id=other.theme_id, workspace=workspace, to=owner),
            **_steps(case, owner),
            **_answers(case, owner),
            "course": "crisis",
            "scenario": "rumour",
            "attempt_id": begin(by=owner, scenario=scenarios()["rumour"], language="zh").id,
            "own_day_id": OwnDay.objects.create(workspace=workspace, day="2026-12-31", spans=[]).id,
            "target_id": AlertTarget.objects.create(workspace=workspace, name=name, shown="", wants=["red"]).id,
            "conversation_id": heard.conversation_id,
            "view_id": save_view(by=owner, name="我的", filters=Filters(), shared=True).id,
            "bulk_id": bulk.start(
                by=owner, act="unread", chosen={}, case_ids=[case.id], loaded_at=case.opened_at
            ).id,
            "attachment_id": kept.id,
            "ticket": ticket(_file(workspace)),
            "tag_id": tag_named(workspace_id=workspace.id, name="退款").id,
            "learned_id": LearnedVersion.objects.create(workspace=workspace, number=1, state="candidate").id,
            "correction_id": correct(
                feedback=private, values={"kind": "question"}, reason="", by=owner
            ).batch,
        },
    )


@pytest.fixture
def worlds(db: None, empty_cache: None) -> tuple[World, World]:
    return _world("甲"), _world("乙")


Address = tuple[str, str, dict[str, Any]]


def _patterns(place: URLResolver | None = None, path: tuple[str, ...] = ()) -> Iterator[Address]:
    """Every address of the desk and the portal: (namespace, name, its parameters)."""
    for entry in (place or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            namespace = (*path, entry.namespace) if entry.namespace else path
            yield from _patterns(entry, namespace)
        elif isinstance(entry, URLPattern) and path and path[0] in PLACE:
            yield path[0], str(entry.name), dict(entry.pattern.converters)


def _addresses(namespace_world: Workspace, ids: dict[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    for namespace, name, parameters in _patterns():
        wanted = set(parameters)
        unknown = wanted - set(ids)
        assert not unknown, f"{namespace}:{name} asks for {unknown}: give the walk such an id"
        arguments = {PLACE[namespace]: namespace_world.slug, **{key: ids[key] for key in wanted}}
        yield namespace, reverse(f"{namespace}:{name}", kwargs=arguments), wanted


def _counts(workspace: Workspace) -> tuple[int, ...]:
    return tuple(
        model.objects.filter(workspace_id=workspace.id).count()  # type: ignore[attr-defined]
        for model in (Entry, Case, Feedback, Theme, Turn, Message, Announcement, Delivery)
    )


def test_the_walk_sees_both_places(worlds: tuple[World, World]) -> None:
    assert {namespace for namespace, _name, _parameters in _patterns()} == set(PLACE)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing_at_another_desk(
    worlds: tuple[World, World], client_of: Callable[[Membership], Client], method: str
) -> None:
    mine, theirs = worlds
    client, before = client_of(mine.owner), _counts(theirs.workspace)
    for namespace, address, _wanted in _addresses(theirs.workspace, theirs.ids):
        if namespace == "desk":
            answer = getattr(client, method)(address)
            assert answer.status_code == 404, (method, address, answer.status_code)
    assert _counts(theirs.workspace) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_workspaces_ids_open_nothing_at_ones_own_place(
    worlds: tuple[World, World], client_of: Callable[[Membership], Client], method: str
) -> None:
    mine, theirs = worlds
    client, before = client_of(mine.owner), _counts(theirs.workspace)
    for namespace, address, wanted in _addresses(mine.workspace, theirs.ids):
        if set(wanted) - NOBODYS:
            answer = getattr(client, method)(address)
            assert answer.status_code in {404, 405}, (method, namespace, address, answer.status_code)
    assert _counts(theirs.workspace) == before


def test_whoever_is_not_logged_in_sees_no_desk(worlds: tuple[World, World]) -> None:
    mine, _theirs = worlds
    client = Client()
    for namespace, address, _wanted in _addresses(mine.workspace, mine.ids):
        if namespace == "desk":
            for method in (client.get, client.post):
                answer = method(address)
                assert answer.status_code in {302, 404}, (address, answer.status_code)
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/accounts/login/")


def test_private_words_stand_on_no_public_page(worlds: tuple[World, World]) -> None:
    mine, _theirs = worlds
    for namespace, address, _wanted in _addresses(mine.workspace, mine.ids):
        if namespace == "portal":
            answer = Client().get(address, follow=True)
            assert HIDDEN not in answer.content.decode(), address


def test_a_key_opens_only_its_own_workspace(worlds: tuple[World, World]) -> None:
    mine, theirs = worlds
    client = Client(headers={"Authorization": f"Bearer {mine.key}"})
    theirs_only = theirs.workspace.channel_accounts.create(slug="only-theirs", kind="api", name="别人的")
    body = {"messages": [{"channel": theirs_only.slug, "external_id": "1", "text": "车打不着火了"}]}
    answer = client.post("/api/v1/messages", body, content_type="application/json")
    assert [row["status"] for row in answer.json()["results"]] == ["refused"]
    shown = client.get("/api/v1/feedback").content.decode()
    own = Feedback.objects.filter(workspace=mine.workspace).count()
    assert len(client.get("/api/v1/feedback").json()["feedback"]) == own
    assert f"{HIDDEN}乙" not in shown
    assert client.get(f"/api/v1/messages/{theirs.ids['message_id']}").status_code == 404
    assert client.get(f"/api/v1/deliveries?channel={theirs_only.slug}").status_code in {404, 422}


def test_every_api_endpoint_is_in_the_walk(worlds: tuple[World, World]) -> None:
    mine, theirs = worlds
    described = Client().get("/api/v1/openapi.json").json()["paths"]
    _key, mighty = create_api_key(workspace=mine.workspace, scopes=Scope.values, acts_for=mine.owner)
    client, before = Client(headers={"Authorization": f"Bearer {mighty}"}), _counts(theirs.workspace)
    walked = 0
    for path, methods in described.items():
        wanted = re.findall(r"{(\w+)}", path)
        address = path
        for name in wanted:
            address = address.replace(f"{{{name}}}", str(theirs.ids[name]))
        for method, call in methods.items():
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", {})
            if wanted:
                answer = client.generic(method.upper(), address, json.dumps(body), content_type="application/json")
                assert answer.status_code == 404, (method, address, answer.content.decode())
                walked += 1
    assert walked > 30
    assert _counts(theirs.workspace) == before
    client = Client(headers={"Authorization": f"Bearer {mine.key}"})
    delivery = Delivery.objects.get(id=theirs.ids["delivery_id"])
    Delivery.objects.filter(id=delivery.id).update(state="ready")
    client.post("/api/v1/deliveries/delivered", {"ids": [str(delivery.id)]}, content_type="application/json")
    delivery.refresh_from_db()
    assert delivery.state == "ready"


def test_ids_cannot_be_guessed(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND data_type <> 'uuid' "
            "AND table_schema = 'public' AND split_part(table_name, '_', 1) IN ('workspaces', 'channels', 'members', "
            "'intake', 'feedback', 'themes', 'cases', 'triage', 'playbooks', 'announcements')"
        )
        counted = {row[0] for row in cursor.fetchall()}
    # counted ids stand in no address: keys and refusals are only ever reached through their run, message or feedback
    assert counted == {"channels_sent", "intake_idempotencykey", "intake_importrefusal", "triage_copykey"}
