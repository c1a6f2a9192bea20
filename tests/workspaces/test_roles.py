"""The whole table of who may do what, as people read it: a change of GRANTS is a change here."""

import pytest

from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import FIRST_ASKED, GRANTS, Permission, Role, holds

TABLE = """
               read reply handle tags themes announce publish members moderate import export unmask delete configure integrate team own
owner          yes  yes   yes    yes  yes    yes      yes     yes     yes      yes    yes    yes    yes    yes       yes       yes  yes
administrator  yes  yes   yes    yes  yes    yes      yes     yes     yes      yes    yes    yes    yes    yes       yes       yes  -
operator       yes  yes   yes    yes  yes    yes      yes     yes     yes      yes    yes    yes    -      -         -         -    -
specialist     yes  yes   yes    -    -      -        -       -       -        -      -      yes    -      -         -         -    -
product        yes  -     -      yes  yes    yes      -       -       -        -      yes    -      -      -         -         -    -
analyst        yes  -     -      -    -      -        -       -       -        yes    yes    -      -      -         -         -    -
moderator      yes  -     -      -    -      -        -       -       yes      -      -      -      -      -         -         -    -
viewer         yes  -     -      -    -      -        -       -       -        -      -      -      -      -         -         -    -
"""  # noqa: E501 - a table is read across

HEAD, *LINES = TABLE.strip().splitlines()
ALLOWED = {line.split()[0]: dict(zip(HEAD.split(), line.split()[1:], strict=True)) for line in LINES}


def test_every_role_and_every_permission_is_in_the_table() -> None:
    assert list(ALLOWED) == list(Role.values) == [str(role) for role in GRANTS]
    assert HEAD.split() == [str(permission) for permission in Permission]


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(ALLOWED))
def test_a_role_may_do_exactly_this(role: str, permission: Permission) -> None:
    assert holds(Membership(role=role), permission) == (ALLOWED[role][permission] == "yes")


def test_whoever_is_first_asked_may_answer() -> None:
    assert [holds(Membership(role=role), Permission.REPLY) for role in FIRST_ASKED] == [True, True]


def test_nobody_without_a_membership_may_do_anything() -> None:
    assert [one for one in Permission if holds(None, one)] == []


def test_an_unknown_role_may_do_nothing() -> None:
    assert [one for one in Permission if holds(Membership(role="boss"), one)] == []
