from collections.abc import Callable

from huixiang.cases import actions as cases
from huixiang.cases.models import Case
from huixiang.channels.delivering import deliver_due
from huixiang.workspaces.models import Membership, Workspace
from tests.api.conftest import Program


def test_an_answer_is_fetched_until_it_is_reported_shown(app: Program, case: Case, operator: Membership) -> None:
    cases.reply(case=case, by=operator, text="谢谢您告诉我们。", lane="private")
    deliver_due()
    status, answer = app.get("deliveries", channel="owners-app")
    assert status == 200
    [delivery] = answer["deliveries"]
    recipient = case.member.identities.get(account=case.account).external_id
    assert (delivery["recipient"], delivery["text"], delivery["purpose"]) == (
        recipient,
        "谢谢您告诉我们。",
        "reply",
    )
    assert app.post("deliveries/delivered", {"ids": [delivery["id"]]}) == (200, {"delivered": 1})
    assert app.post("deliveries/delivered", {"ids": [delivery["id"]]}) == (200, {"delivered": 0})
    assert app.get("deliveries", channel="owners-app") == (200, {"deliveries": []})


def test_another_workspace_neither_sees_nor_ends_it(
    app: Program,
    case: Case,
    operator: Membership,
    other_workspace: Workspace,
    program: Callable[..., Program],
) -> None:
    cases.reply(case=case, by=operator, text="谢谢您告诉我们。", lane="private")
    deliver_due()
    ids = [delivery["id"] for delivery in app.get("deliveries", channel="owners-app")[1]["deliveries"]]
    stranger = program(other_workspace)
    assert stranger.get("deliveries", channel="owners-app") == (200, {"deliveries": []})
    assert stranger.post("deliveries/delivered", {"ids": ids}) == (200, {"delivered": 0})
    assert len(app.get("deliveries", channel="owners-app")[1]["deliveries"]) == 1


def test_wrong_asking_is_answered_in_words(app: Program) -> None:
    assert app.get("deliveries") == (422, {"error": "channel is missing."})
    assert app.get("deliveries", channel="nowhere")[0] == 404
    assert app.get("deliveries", channel="owners-app", limit="many") == (
        422,
        {"error": "limit must be a whole number."},
    )
    assert app.get("deliveries", channel="owners-app", limit=0)[0] == 422
    assert app.post("deliveries/delivered", {"ids": ["x"]}) == (
        422,
        {"error": "ids.0 must be an id as this API gives them."},
    )
    assert app.post("deliveries/delivered", {"ids": "x"}) == (422, {"error": "ids must be a list."})
