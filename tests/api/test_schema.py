"""Every operation, asked with whatever its own description allows and much that it does not: no 5xx, and every answer
is of the described shape. Nothing leaves this process: Schemathesis calls the WSGI application."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as calm
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from huixiang.announcements.actions import resolve_and_draft
from huixiang.api.urls import api
from huixiang.cases import bulk
from huixiang.cases.actions import reply
from huixiang.cases.filters import Filters
from huixiang.cases.saved_views import save_view
from huixiang.channels.models import Delivery
from huixiang.config.wsgi import application
from huixiang.feedback.models import Feedback
from huixiang.insights.exports import actions as exports
from huixiang.intake.attachments.actions import keep, upload
from huixiang.members import exporting
from huixiang.members.models import Identity
from huixiang.playbooks.models import RunStep
from huixiang.themes import actions as themes
from huixiang.themes import moving, verbatims
from huixiang.themes.models import Theme
from huixiang.triage.learning.corrections import correct
from huixiang.war_rooms import knowing
from huixiang.war_rooms.actions import open_room
from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from tests import factories

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
EXAMPLES = 3  # of each operation: with some 90 operations what fits into a minute of one processor
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())


def _whole(environ: Any, start_response: Any) -> list[bytes]:
    """The application, its answers read to the end and closed, as a server does."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        getattr(answer, "close", lambda: None)()


SCHEMA.app = _whole
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
rules = calm(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request's end closes no connection here: the test's transaction lives on it."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture
def ids(workspace: Workspace, owner: Membership) -> dict[str, str]:
    """A real thing for every id an address asks for, so that the calls get behind the 404."""
    app = workspace.channel_accounts.get(slug="owners-app")
    case = factories.case(app)
    other, merged = factories.case(app, factories.RUDE_SERVICE), factories.case(app, factories.BLACK_SCREEN)
    done = themes.merge(
        source=Theme.objects.get(id=merged.theme_id),
        target=Theme.objects.get(id=other.theme_id),
        actor=themes.Actor("staff", owner.id),
    )
    draft = resolve_and_draft(
        theme=Theme.objects.get(id=case.theme_id), root_cause="甲", fix="乙", fixed_in="1", by=owner
    )
    other_theme = Theme.objects.get(id=other.theme_id)
    themes.describe(theme=other_theme, actor=themes.Actor("staff", owner.id), summary="一句话")
    said = Feedback.objects.filter(theme_id=other.theme_id).values_list("id", flat=True)[:1]
    moved = moving.split(source=other_theme, feedback_ids=list(said), name="另一件", actor=themes.Actor("staff"))
    asked = exports.ask(
        by=owner, theme_ids=[other_theme.id], filters=verbatims.Filters(), words=[], file_format="csv"
    )
    run = bulk.start(by=owner, act="unread", chosen={}, case_ids=[case.id], loaded_at=case.opened_at)
    data_export = exporting.ask(member=case.member, actor=themes.Actor("staff", owner.id))
    exporting.run(data_export.id)
    turn = case.turns.first()
    assert turn is not None
    assert Identity.objects.filter(member=case.member).exists()
    kept = upload(workspace=workspace, name="a.txt", file=BytesIO(b"words"), size=5)
    keep(attachments=[kept], message_id=turn.message_id)
    reply(case=case, by=owner, text="谢谢您告诉我们", lane="private")
    step = RunStep.objects.filter(case=case).select_related("run__version")[0]
    room = open_room(workspace=workspace, case=other)
    Delivery.objects.update(state="ready")
    return {
        "case_id": str(case.id),
        "turn_id": str(turn.id),
        "theme_id": str(other.theme_id),
        "merge_id": str(done.id),
        "move_id": str(moved.id),
        "change_id": str(other_theme.changes.latest("changed_at").id),
        "attachment_id": str(kept.id),
        "view_id": str(save_view(by=owner, name="我的", filters=Filters(), shared=True).id),
        "credit_id": str(draft.credits.get().id),
        "delivery_id": str(Delivery.objects.latest("created_at").id),
        "bulk_id": str(run.id),
        "data_export_id": str(data_export.id),
        "export_id": str(exports.write(export_id=asked.id).id),
        "feedback_id": str(case.id and factories.feedback(app, factories.PRAISE).id),
        "correction_id": str(
            correct(feedback=Feedback.objects.get(case_id=case.id), values={"severity": 1}, reason="", by=owner).batch
        ),
        "member_id": str(case.member_id),
        "announcement_id": str(draft.id),
        "message_id": str(turn.message_id),
        "playbook_id": str(step.run.version.playbook_id),
        "step_id": str(step.id),
        "room_id": str(room.id),
        "fact_id": str(knowing.write_fact(room=room, by=owner, text="四台车").id),
        "question_id": str(knowing.ask(room=room, by=owner, text="还有吗").id),
    }


@pytest.fixture
def secret(workspace: Workspace, owner: Membership, settings: Any) -> str:
    settings.API_CALLS_A_MINUTE = settings.API_MESSAGES_A_MINUTE = 0
    return create_api_key(workspace=workspace, scopes=Scope.values, acts_for=owner)[1]


def _ask(operation: Any, headers: dict[str, str], ids: dict[str, str], *, examples: int = EXAMPLES) -> set[int]:
    """Call an operation again and again, each time as if the others had not happened; returns what was answered."""
    answered = set()
    asked = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @seed(20261122)
    @calm(rules, max_examples=examples)
    @given(case=asked[0] | asked[1])
    def ask(case: Any) -> None:
        for name in set(case.path_parameters or {}) & set(ids):
            case.path_parameters[name] = ids[name]
        with transaction.atomic():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            answered.add(response.status_code)
            transaction.set_rollback(True)

    ask()
    return answered


def test_every_operation_answers_as_described(secret: str, ids: dict[str, str]) -> None:
    """One test for all of them: the world they are asked about is made once."""
    wrong = []
    for operation in OPERATIONS:
        try:
            _ask(operation, {"Authorization": f"Bearer {secret}"}, ids)
        except (AssertionError, BaseExceptionGroup, Exception) as error:  # noqa: BLE001 - told with all the others
            wrong.append(f"{operation.label}: {error}")
    assert wrong == [], "\n\n".join(wrong)


def test_a_wrong_key_opens_none_of_them(db: None) -> None:
    for operation in OPERATIONS:
        assert _ask(operation, {"Authorization": "Bearer hx_wrong"}, {}, examples=1) <= {401, 404, 405}, operation.label
