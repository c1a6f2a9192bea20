"""The funnel for programs."""

from huixiang.cases.actions import reply
from huixiang.cases.models import Case
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.api.conftest import Program


def test_the_funnel_with_its_sentences(
    app: Program, case: Case, operator: Membership, other_workspace: Workspace
) -> None:
    reply(case=case, by=operator, text="谢谢您，我们在查", lane="private")
    factories.case(other_workspace.channel_accounts.get(slug="owners-app"))
    status, found = app.get("insights/conversion")
    assert (status, found["total"], found["total_before"]) == (200, 1, 0)
    assert [(one["key"], one["reached"], one["here"]) for one in found["stages"]][:3] == [
        ("signal", 1, 0), ("answered", 1, 1), ("details", 0, 0),
    ]  # fmt: skip
    assert found["stages"][1]["median_seconds"] >= 0
    assert [one["number"] for one in found["lost"]] == [0, 0, 0]
    assert all(one["definition"] for one in [*found["stages"], *found["lost"]])


def test_it_is_narrowed_and_wrong_asking_is_told(app: Program, case: Case) -> None:
    def total(**asked: str) -> int:
        return int(app.get("insights/conversion", **asked)[1]["total"])

    assert total(channel="owners-app", theme=str(case.theme_id), count="matters", grade=case.grade) == 1
    assert (total(channel="mail"), total(channel="nowhere"), total(tier="core")) == (0, 0, 0)
    assert total(until=factories.ago(days=2).isoformat()) == 0
    wrong = app.get("insights/conversion", since="2026-01-02T00:00:00Z", until="2026-01-01T00:00:00Z")
    assert wrong == (422, {"error": "since must lie before until, by ten years at most."})
