"""What the channels' pages say of kinds, guides, limits and addresses."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from huixiang.channels.contracts import Connector, Limit, Per, connectors
from huixiang.channels.doing import Left
from huixiang.desk.channels import guides
from huixiang.desk.channels.health import hidden_from_outside, limit_words
from huixiang.desk.channels.kinds import guided

At = Callable[..., str]
FORMS = sorted(kind for kind, by in connectors().items() if guided(by))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_that_is_connected_says_what_it_is_and_what_to_click(language: str) -> None:
    with translation.override(language):
        told = {kind: guides.guide_of(connectors()[kind]) for kind in FORMS}
    assert [kind for kind, one in told.items() if not one.sentence or len(one.steps) < 100] == []
    chinese = [kind for kind, one in told.items() if any("\u4e00" <= sign <= "\u9fff" for sign in one.sentence[:20])]
    assert (chinese == FORMS) == (language == "zh-hans")


@pytest.mark.django_db
def test_every_form_is_drawn_with_all_its_fields(at: At, as_owner: Client) -> None:
    for kind in FORMS:
        page = as_owner.get(at("channel_connect") + f"?kind={kind}").content.decode()
        missing = [one.name for one in connectors()[kind].form if f'name="{one.name}"' not in page]
        assert (kind, missing) == (kind, [])
    assert as_owner.get(at("channel_connect") + "?kind=smoke").status_code == 200


def test_a_guide_holds_no_markup_of_its_own_and_no_strange_address(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "**一句话**，说明[它](https://a.example)。还有。"
    text = f"# 甲\n\n{said}\n\n## 步骤\n\n<script>x</script> [坏](javascript:x) `值`\n"
    monkeypatch.setattr(guides, "_text", lambda *_place: text)
    guides._read.cache_clear()
    found = guides.guide_of(Connector.__new__(type("One", (Connector,), {"kind": "one"})))
    guides._read.cache_clear()
    assert found.sentence == "一句话，说明它。"
    assert found.steps.startswith("<p>还有。</p>\n<h3>步骤</h3>")
    assert ("<script" in found.steps, 'href="javascript' in found.steps, "<code>值</code>" in found.steps) == (
        False, False, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "left", "words"),
    [
        (Limit(30, 1.0), 28, "每秒 30 条，现在还剩 28 条"),
        (Limit(20, 60), 0, "每分钟 20 条，现在还剩 0 条"),
        (Limit(20, 60, Per.PLACE), None, "每个会话每分钟 20 条"),
        (Limit(5, 10), 5, "10 秒 5 条，现在还剩 5 条"),
    ],
)
def test_limits_in_words(limit: Limit, left: int | None, words: str) -> None:
    with translation.override("zh-hans"):
        assert limit_words(Left(limit, left)) == words


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://hx.example.com", ""),
        ("http://hx.example.com", "https"),
        ("http://127.0.0.1:8000", "HUIXIANG_PUBLIC_URL"),
        ("https://localhost", "HUIXIANG_PUBLIC_URL"),
        ("https://192.168.1.5", "HUIXIANG_PUBLIC_URL"),
        ("https://office.local", "HUIXIANG_PUBLIC_URL"),
    ],
)
def test_an_address_platforms_cannot_call_is_told(address: str, told: str) -> None:
    said = hidden_from_outside(address)
    assert (told in said, bool(said)) == (True, bool(told))
