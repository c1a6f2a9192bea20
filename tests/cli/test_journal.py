from collections.abc import Callable

import pytest
from django.db import connection

from huixiang.journal.models import Entry, Seal
from tests import factories
from tests.cli.conftest import Said

Run = Callable[..., Said]


@pytest.mark.django_db(transaction=True)
def test_chains_are_sealed_and_verified_and_a_changed_entry_is_named(said: Run) -> None:
    workspace = factories.workspace("beichen")
    factories.workspace("other")
    entries = Entry.objects.filter(workspace_id=workspace.id).count()
    status, out, _err = said("journal", "verify", "--workspace", "beichen")
    assert (status, out) == (0, f"✓ beichen: {entries} links, whole\n")
    assert Seal.objects.filter(workspace_id=workspace.id).count() == entries

    last = Entry.objects.filter(workspace_id=workspace.id).latest("id")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE journal_entry SET actor_kind = 'staff' WHERE id = %s", [last.id])
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")
    status, out, _err = said("journal", "verify")
    assert status == 1
    assert out.splitlines() == [
        f"✗ beichen: {entries} links: entry {last.id} was changed after it was sealed",
        f"✓ other: {entries} links, whole",
    ]


def test_an_unknown_workspace_is_wrong_use(said: Run) -> None:
    assert said("journal", "verify", "--workspace", "x") == (2, "", "huixiang journal: there is no workspace “x”.\n")
