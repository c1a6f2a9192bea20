"""The coach under the announcement's editor, and the red lines that hold an announcement back."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.announcements import actions
from huixiang.announcements.models import Announcement
from huixiang.cases.red_lines import hold_to
from huixiang.journal.events import SYSTEM
from huixiang.journal.models import Entry
from huixiang.members.models import Consent, Member
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

HTMX = {"HX-Request": "true"}
NUMBER = "有疑问请打 13612345678。"


@pytest.fixture
def save(at: Callable[..., str], draft: Announcement, as_operator: Client) -> Callable[..., dict[str, bool]]:
    """Writes a text as the page does; gives the coach's checks in English, each with whether it holds."""

    def post(**text: str) -> dict[str, bool]:
        address = at("announcement_save", announcement_id=draft.id)
        answer = as_operator.post(address, text, headers={**HTMX, "Accept-Language": "en"})
        assert answer.status_code == 200
        return {check.words: check.holds for check in answer.context["coach_checks"]}

    return post


def test_a_field_is_read_and_nothing_is_kept(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    before = Entry.objects.count()
    text = "经核实，是固件的错。我们保证以后不会再出问题，感谢您的理解与支持。"
    answer = as_operator.post(at("announcement_coach", announcement_id=draft.id), {"text": text})
    found = {(one.fault, one.words, one.holds) for one in answer.context["remarks"]}
    assert {fault for fault, _words, _holds in found} == {"overpromises", "robotic"}
    assert Entry.objects.count() == before


def test_checks_follow_the_text(save: Callable[..., dict[str, bool]], draft: Announcement) -> None:
    good = save(title="好了", what_happened="对不起", how_fixed="6 月 12 日换了电池组", what_next="")
    assert [name for name, holds in good.items() if not holds] == ["It thanks by name"]
    Member.objects.filter(workspace=draft.workspace).update(credit_consent=Consent.NAME)
    bad = save(title="好了", what_happened=NUMBER, how_fixed=" ", what_next="永远不会再有问题，不归我们管。")
    assert [name for name, holds in bad.items() if holds] == ["It thanks by name", "It does not sound like a machine"]


def test_personal_data_holds_publishing_until_somebody_says_why(
    at: Callable[..., str], draft: Announcement, as_operator: Client, save: Callable[..., dict[str, bool]]
) -> None:
    save(what_next=NUMBER)
    page = as_operator.get(at("announcement", announcement_id=draft.id)).content.decode()
    assert ("<code>13612345678</code>" in page, 'name="anyway"' in page) == (True, True)
    as_operator.post(at("announcement_publish", announcement_id=draft.id), {"anyway": "  "})
    draft.refresh_from_db()
    assert draft.published_at is None
    as_operator.post(at("announcement_publish", announcement_id=draft.id), {"anyway": "门店自己的热线"})
    draft.refresh_from_db()
    entry = Entry.objects.select_related("words").get(name="announcements.red_line_crossed")
    assert (draft.published_at is not None, entry.data, entry.words.text) == (
        True, {"lines": ["exposes"]}, "门店自己的热线",
    )  # fmt: skip
    assert "门店自己的热线" in as_operator.get(at("announcement", announcement_id=draft.id)).content.decode()


def test_a_line_that_is_off_and_a_name_agreed_to_hold_nothing(
    draft: Announcement, operator: Membership, workspace: Workspace
) -> None:
    Member.objects.filter(workspace=workspace).update(name="张建国", credit_consent=Consent.NAME)
    hold_to(workspace=workspace, lines=["exposes"], actor=SYSTEM)
    draft.what_next = "谢谢，张建国先生。再这样发后果自负。"
    draft.save()
    published = actions.publish(announcement=Announcement.objects.get(id=draft.id), by=operator)
    assert published.published_at is not None
    assert Entry.objects.filter(name="announcements.red_line_crossed").count() == 0


@pytest.mark.parametrize("words", [1, 3])
def test_it_asks_the_database_little(
    words: int, at: Callable[..., str], draft: Announcement, as_operator: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    address = at("announcement_coach", announcement_id=draft.id)
    as_operator.post(address, {"text": "x"})
    with django_assert_num_queries(5):
        as_operator.post(address, {"text": "这个不归我们管。" * words})


def test_another_workspaces_announcement_is_not_there(
    at: Callable[..., str], draft: Announcement, other_workspace: Workspace,
    client_of: Callable[[Membership], Client],
) -> None:  # fmt: skip
    stranger = client_of(factories.membership(other_workspace, "owner"))
    address = at("announcement_coach", announcement_id=draft.id).replace(draft.workspace.slug, other_workspace.slug)
    assert stranger.post(address, {"text": "x"}).status_code == 404
