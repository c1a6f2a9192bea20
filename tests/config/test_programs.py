"""Calls of the API pass by what only pages need, and lose nothing by it."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_program_is_given_no_session_and_is_answered_in_its_language() -> None:
    said = {}
    for language in ("zh-hans", "en"):
        answer = Client(headers={"Accept-Language": language}).get("/api/v1/feedback")
        assert (answer.status_code, answer.headers["Content-Language"], list(answer.cookies)) == (401, language, [])
        said[language] = answer.json()["error"]
    assert said["en"].startswith("Give a key of this workspace")
    assert said["zh-hans"] != said["en"]


@pytest.mark.django_db
def test_the_page_for_people_is_a_page() -> None:
    answer = Client().get("/api/v1/docs")
    assert (answer.status_code, "Content-Security-Policy" in answer.headers) == (200, True)


@pytest.mark.django_db
def test_what_is_not_there_is_told_in_json_also_to_a_post_without_a_form_token() -> None:
    client = Client(enforce_csrf_checks=True)
    answers = [client.get("/api/v1/nowhere"), client.post("/api/v1/nowhere")]
    assert [(one.status_code, list(one.json())) for one in answers] == [(404, ["error"])] * 2
