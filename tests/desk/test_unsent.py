"""Words typed into the composer come back when they could not be sent: refused, signed out, a second step asked for."""

from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.cases.models import Case, Turn
from huixiang.workspaces.models import Membership, Workspace

At = Callable[..., str]
HTMX = {"HX-Request": "true"}
WORDS = "谢谢您告诉我们，今晚给您答复。"


@pytest.fixture
def answer(case: Case, at: At) -> dict[str, str]:
    return {"lane": "internal", "text": WORDS, "next": at("case", case_id=case.id)}


def composer(client: Client, address: str) -> tuple[str, str]:
    """The words and the lane the composer opens with."""
    context = client.get(address).context
    return context.get("text", ""), context["lane"]


def test_a_plain_form_that_is_refused_comes_back_with_its_words(case: Case, at: At, as_operator: Client) -> None:
    told = {"lane": "public", "text": WORDS}
    page = as_operator.post(at("case_reply", case_id=case.id), told, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert f">{WORDS}</textarea>" in page.content.decode()
    assert "This was not said in public" in page.content.decode()
    late = {"lane": "private", "text": WORDS, "later": "at", "send_at": "never"}
    assert f">{WORDS}</textarea>" in as_operator.post(at("case_reply", case_id=case.id), late).content.decode()
    assert Turn.objects.filter(case=case, direction="outbound").count() == 0


def test_signed_out_in_between_the_words_wait_for_the_next_login(
    case: Case, operator: Membership, at: At, answer: dict[str, str]
) -> None:
    client = Client()
    gone = client.post(at("case_reply", case_id=case.id), answer)
    assert gone.headers["Location"] == f"/accounts/login/?next={at('case', case_id=case.id)}"
    client.force_login(operator.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert composer(client, at("inbox"))[0] == WORDS  # the first of the list is shown
    assert composer(client, at("case", case_id=case.id))[0] == ""  # handed out once
    assert Turn.objects.filter(case=case, direction="note").count() == 0


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_second_step_asked_for_in_between_takes_nothing(
    headers: dict[str, str], case: Case, workspace: Workspace, at: At, as_operator: Client, answer: dict[str, str]
) -> None:
    Workspace.objects.filter(id=workspace.id).update(second_factor_required=True)
    told = as_operator.post(at("case_reply", case_id=case.id), answer, headers=headers)
    assert told.status_code == 403  # the browser keeps its own draft of what was not taken
    assert told.headers.get("HX-Redirect") == (at("home") if headers else None)
    Workspace.objects.filter(id=workspace.id).update(second_factor_required=False)  # as if it were set up
    assert composer(as_operator, at("case", case_id=case.id)) == (WORDS, "internal")


def test_words_for_one_case_are_not_put_under_another(
    case: Case, operator: Membership, at: At, answer: dict[str, str]
) -> None:
    client = Client()
    client.post(at("member_note", member_id=case.member_id), answer)
    client.force_login(operator.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert composer(client, at("case", case_id=case.id))[0] == ""
