"""The same form sent by two browsers' tabs at once is done once."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from huixiang.announcements.actions import resolve_and_draft
from huixiang.announcements.models import Announcement
from huixiang.cases.models import Case, Turn
from huixiang.journal.models import Entry
from huixiang.members.actions import member_for_user
from huixiang.members.models import Erasure
from huixiang.themes.models import Theme
from huixiang.workspaces.models import Membership, Workspace
from tests import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
AT_ONCE = 4


@pytest.fixture
def brand(transactional_db: None) -> Workspace:
    return factories.workspace()


def at_once(client: Client, address: str, body: dict[str, str]) -> list[int]:
    """Send a form from several threads with one session; what each is answered."""
    answers: list[int] = []
    start = threading.Barrier(AT_ONCE)

    def send() -> None:
        tab = Client()
        tab.cookies = client.cookies
        start.wait()
        try:
            answers.append(tab.post(address, body).status_code)
        finally:
            connection.close()

    tabs = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    return answers


def logged_in(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user, backend=BACKEND)
    return client


def test_reply_publish_vote_erase(brand: Workspace) -> None:
    owner = factories.membership(brand, "owner")
    desk, place = logged_in(owner), f"/w/{brand.slug}/"
    case: Case = factories.case(brand.channel_accounts.get(slug="owners-app"))
    theme = Theme.objects.get(id=case.theme_id)
    text = {"text": "谢谢您告诉我们，今天 18 点前回您", "lane": "private", "loaded_at": timezone.now().isoformat()}
    once: dict[str, tuple[list[int], int]] = {}
    once["reply"] = at_once(desk, f"{place}cases/{case.id}/reply/", text), Turn.objects.filter(by=owner).count()
    draft = resolve_and_draft(theme=theme, root_cause="甲", fix="乙", fixed_in="3.4.2", by=owner)
    answers = at_once(desk, f"{place}announcements/{draft.id}/publish/", {})
    once["publish"] = answers, Entry.objects.filter(name="announcements.published").count()
    assert Announcement.objects.get().published_at
    once["vote"] = _vote(brand, theme), theme.votes.count()
    once["erase"] = (
        at_once(desk, f"{place}members/{case.member_id}/erase/", {"sure": "1", "reason": "本人要求"}),
        Erasure.objects.count(),
    )
    assert {what: number for what, (_answers, number) in once.items()} == dict.fromkeys(once, 1)
    assert {status for answers, _number in once.values() for status in answers} <= {200, 302, 409}


def _vote(brand: Workspace, theme: Theme) -> list[int]:
    Theme.objects.filter(id=theme.id).update(public=True)
    user, voter = factories.user("阿澈"), Client()
    voter.force_login(user, backend=BACKEND)
    member_for_user(workspace=brand, user=user)
    return at_once(voter, f"/c/{brand.slug}/t/{theme.id}/vote/", {})


