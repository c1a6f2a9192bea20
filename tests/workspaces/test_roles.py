import pytest

from huixiang.workspaces.models import Membership
from huixiang.workspaces.roles import Permission, Role, holds

ALLOWED = {
    "owner": {
        "read", "reply", "handle", "announce", "import", "export", "unmask", "delete", "configure",
    },
    "operator": {"read", "reply", "handle", "announce", "import", "export", "unmask"},
    "analyst": {"read", "export"},
}  # fmt: skip


def test_every_role_is_in_the_matrix() -> None:
    assert set(ALLOWED) == set(Role.values)


@pytest.mark.parametrize("role", sorted(ALLOWED))
def test_a_role_may_do_exactly_this(role: str) -> None:
    membership = Membership(role=role)
    assert {str(one) for one in Permission if holds(membership, one)} == ALLOWED[role]


def test_nobody_without_a_membership_may_do_anything() -> None:
    assert [one for one in Permission if holds(None, one)] == []


def test_an_unknown_role_may_do_nothing() -> None:
    assert [one for one in Permission if holds(Membership(role="boss"), one)] == []
