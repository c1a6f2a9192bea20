"""The description for people, at /api/v1/docs."""

import re

import pytest
from django.test import Client

from huixiang.api.docs import CHINESE
from huixiang.api.urls import api


def _words() -> set[str]:
    """Every English sentence the page takes from the description."""
    found = set()
    parts = api.get_openapi_schema()["components"]["schemas"]
    for methods in api.get_openapi_schema()["paths"].values():
        for call in methods.values():
            found |= {call["summary"], " ".join(call["description"].split()), *call["tags"]}
            found |= {one["schema"].get("description", "") for one in call.get("parameters", [])}
            sent = call.get("requestBody", {}).get("content", {})
            body = (sent.get("application/json") or sent.get("multipart/form-data") or {}).get("schema", {})
            shape = parts.get(body.get("$ref", "").rpartition("/")[2], body)
            found |= {one.get("description", "") for one in shape.get("properties", {}).values()}
    return {" ".join(words.split()) for words in found if words}


def test_every_word_of_it_has_its_chinese_and_no_chinese_is_left_over() -> None:
    assert (sorted(_words() - set(CHINESE)), sorted(set(CHINESE) - _words())) == ([], [])


@pytest.mark.parametrize(("language", "heading"), [("zh-hans", "回复成员"), ("en", "Answer the member")])
def test_the_page_shows_every_call_with_an_example(language: str, heading: str) -> None:
    answer = Client(headers={"accept-language": language}).get("/api/v1/docs")
    page = answer.content.decode()
    calls = [call for methods in api.get_openapi_schema()["paths"].values() for call in methods.values()]
    assert answer.status_code == 200
    assert page.count("<article ") == len(calls)
    assert page.count("curl &quot;http") == 2 * len(calls)  # shown, and on the button that copies
    assert f"<h3>{heading}</h3>" in page
    anchors = set(re.findall(r' id="([\w.-]+)"', page))
    assert set(re.findall(r'href="#([\w.-]+)"', page)) - anchors == set()


def test_the_page_needs_nothing_the_policy_forbids() -> None:
    answer = Client().get("/api/v1/docs")
    page = answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
