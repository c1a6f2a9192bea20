"""Who left no name: the desk tells them apart, programs are told too, the public is not."""

from collections.abc import Callable

import pytest
from django.test import Client

from huixiang.announcements.queries import shown_name
from huixiang.api.shapes import member_name
from huixiang.cases.models import Case
from huixiang.channels.actions import open_account
from huixiang.members.models import Consent
from huixiang.portal.wording import public_name
from huixiang.workspaces.models import Membership, Workspace
from tests import factories


@pytest.fixture
def nameless(operator: Membership, workspace: Workspace) -> Case:
    wecom = open_account(workspace=workspace, slug="wecom", kind="wecom_app", name="车主服务")
    return factories.case(wecom, author_id="laomai", author_name="")


def test_an_identified_person_without_a_name_is_not_called_anonymous(
    at: Callable[..., str], as_operator: Client, nameless: Case
) -> None:
    inbox = as_operator.get(at("inbox") + "?view=unfinished").content.decode()
    case = as_operator.get(at("case", case_id=nameless.id)).content.decode()
    for page in (inbox, case):
        assert "企业微信 laomai" in page
        assert "匿名成员" not in page
    assert member_name(nameless.member)["name"] == "企业微信 laomai"


def test_the_community_never_reads_a_handle(nameless: Case) -> None:
    nameless.member.credit_consent = Consent.NAME
    assert public_name(nameless.member) == "一位不愿具名的成员"
    assert shown_name(nameless.member) == ("一位成员", False)
