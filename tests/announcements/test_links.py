"""Personal links open an announcement for one person, for half a year."""

import datetime
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from huixiang.announcements import actions
from huixiang.announcements.actions import member_of_token, personal_link, resolve_and_draft
from huixiang.cases.models import Case
from huixiang.workspaces.models import Membership


def test_a_personal_link_ends(case: Case, operator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    assert case.theme is not None
    draft = resolve_and_draft(theme=case.theme, root_cause="原因", fix="修好了", fixed_in="", by=operator)
    [token] = parse_qs(urlsplit(personal_link(draft, case.member)).query)["k"]
    made = time.time()
    for days, found in ((179, case.member), (181, None)):
        later = made + datetime.timedelta(days=days).total_seconds()
        monkeypatch.setattr(time, "time", lambda later=later: later)
        assert member_of_token(announcement=draft, token=token) == found
    assert actions.TOKEN_LASTS.days == 180
