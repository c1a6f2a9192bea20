"""Statements that are prepared: the server knows them, and what they read is what the models would."""

import pytest
from django.db import DatabaseError, connection, transaction

from huixiang.channels.models import ChannelAccount
from huixiang.kernel import prepared
from huixiang.workspaces.models import Workspace

DOUBLE = "SELECT 2 * %(number)s::int, %(names)s::text[]"


def known() -> int:
    """How often the server was asked for DOUBLE without reading it anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(generic_plans + custom_plans), 0) FROM pg_prepared_statements "
            "WHERE statement LIKE 'SELECT 2 * $1::int%%'",
            [],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_server_keeps_the_statement() -> None:
    before = known()
    rows = [prepared.rows(DOUBLE, {"number": number, "names": ["a", "雨刮"]}) for number in (1, 2)]
    assert rows == [[(2, ["a", "雨刮"])], [(4, ["a", "雨刮"])]]
    assert known() - before == 2


@pytest.mark.django_db
def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    before = known()
    assert prepared.rows(DOUBLE, {"number": 3, "names": []}) == [(6, [])]
    assert known() == before


@pytest.mark.django_db
def test_what_goes_wrong_is_djangos_error_and_the_next_call_works() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        prepared.rows("SELECT 1 / %(number)s::int", {"number": 0})
    assert prepared.rows(DOUBLE, {"number": 1, "names": []}) == [(2, [])]


def test_a_row_becomes_the_model(app_channel: ChannelAccount) -> None:
    app_channel.settings = {"语气": ["平和", 1, None]}
    app_channel.save()
    statement = (
        f"SELECT {prepared.columns(ChannelAccount, 'a')}, {prepared.columns(Workspace, 'w')} "  # noqa: S608 - the models' own columns
        "FROM channels_channelaccount a JOIN workspaces_workspace w ON w.id = a.workspace_id WHERE a.id = %(id)s::uuid"
    )
    [row] = prepared.rows(statement, {"id": app_channel.id})
    found = prepared.instance(ChannelAccount, row)
    place = prepared.instance(Workspace, row[prepared.width(ChannelAccount) :])
    stored = ChannelAccount.objects.get(id=app_channel.id)
    fields = [field.attname for field in ChannelAccount._meta.concrete_fields]
    assert {name: getattr(found, name) for name in fields} == {name: getattr(stored, name) for name in fields}
    assert place == app_channel.workspace
    assert place.week == app_channel.workspace.week
