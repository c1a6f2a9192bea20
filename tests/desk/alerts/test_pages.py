"""The list of alerts, one of them, what somebody wants to hear."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.alerts import scanning
from huixiang.alerts.models import Alert, Notice, Preference, QuietHours, RuleSetting
from huixiang.channels.models import ChannelAccount
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership, Workspace
from tests import factories
from tests.factories import rows

HTMX = {"HX-Request": "true"}
At = Callable[..., str]


def raised(workspace: Workspace, account: ChannelAccount, number: int, to: Membership | None = None) -> list[Alert]:
    """Alerts of rising themes, told to somebody of the team."""
    made = [
        Alert.objects.create(
            workspace=workspace, rule="rise", severity="high", subject_kind="theme",
            subject_id=rows.theme(account, place).id, figures={"people": 5 + place, "days": 1, "expected": 0.2},
        )
        for place in range(number)
    ]  # fmt: skip
    if to:
        Notice.objects.bulk_create(
            Notice(workspace=workspace, alert=one, membership=to, way="desk", state="sent", sent_at=timezone.now())
            for one in made
        )
    return made


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(
    workspace: Workspace, operator: Membership, as_operator: Client, at: At, app_channel: ChannelAccount, number: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    raised(workspace, app_channel, number, operator)
    with django_assert_num_queries(8):
        page = as_operator.get(at("alerts") + "?mine=1").content.decode()
    assert page.count('class="al"') == number
    assert "1 天内有 5 人说起它" in page
    with django_assert_num_queries(5):
        assert as_operator.get(at("alerts_badge")).json()["count"] == number


def test_many_are_acknowledged_at_once_put_off_and_taken_back(
    workspace: Workspace, operator: Membership, as_operator: Client, at: At, app_channel: ChannelAccount
) -> None:
    first, second, third = raised(workspace, app_channel, 3, operator)
    ticked = {"alert": [str(first.id), str(second.id)]}
    assert as_operator.post(at("alerts_many"), {**ticked, "act": "acknowledge"}).status_code == 302
    assert as_operator.get(at("alerts_badge")).json()["count"] == 1
    page = as_operator.get(at("alerts") + "?view=seen").content.decode()
    assert (page.count('class="al"'), "知夏 在跟进" in page) == (2, True)
    as_operator.post(at("alerts_many"), {"alert": [str(first.id)], "act": "back"})
    as_operator.post(at("alert_do", alert_id=third.id), {"act": "hour"})
    views = {view: as_operator.get(f"{at('alerts')}?view={view}").content.decode().count('class="al"')
             for view in ("open", "seen", "snoozed", "done")}  # fmt: skip
    assert views == {"open": 1, "seen": 1, "snoozed": 1, "done": 0}
    told = Entry.objects.filter(subject_kind="alert").order_by("id").values_list("name", "actor_kind")
    assert [name for name, _kind in told] == [
        "alerts.acknowledged", "alerts.acknowledged", "alerts.acknowledgement_taken_back", "alerts.snoozed",
    ]  # fmt: skip
    assert {kind for _name, kind in told} == {"staff"}


def test_who_only_reads_may_not_acknowledge(
    workspace: Workspace, as_viewer: Client, at: At, app_channel: ChannelAccount
) -> None:
    [alert] = raised(workspace, app_channel, 1)
    answer = as_viewer.post(at("alert_do", alert_id=alert.id), {"act": "acknowledge"}, headers=HTMX)
    assert answer.status_code == 409
    page = as_viewer.get(at("alert", alert_id=alert.id)).content.decode()
    assert (alert.acknowledged_at, 'value="acknowledge"' in page) == (None, False)


def test_one_alert_with_what_did_it_who_was_told_and_what_became_of_it(
    workspace: Workspace, owner: Membership, as_operator: Client, at: At, app_channel: ChannelAccount
) -> None:
    case = factories.case(app_channel, "刹车突然完全失灵，差点追尾，车上还有两个孩子，太危险了")
    [alert] = scanning.look(workspace_id=workspace.id, kinds=["red"])
    notice = Notice.objects.filter(alert=alert, membership=owner).get()
    Notice.objects.filter(id=notice.id).update(way="mail", state="failed", error="550 no such user")
    as_operator.post(at("alert_do", alert_id=alert.id), {"act": "acknowledge", "note": "我来联系"})
    page = as_operator.get(at("alert", alert_id=alert.id)).content.decode()
    for wanted in ("差点追尾", case.label, "550 no such user", "邮件服务", "我来联系", "预警：有红级个案"):
        assert wanted in page, wanted
    assert as_operator.post(at("alert_again", notice_id=notice.id)).status_code == 302
    notice.refresh_from_db()
    assert notice.state == "waiting"


def test_everybody_chooses_how_they_are_told(
    workspace: Workspace, analyst: Membership, as_analyst: Client, at: At, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(8):
        assert as_analyst.get(at("alerts_mine")).status_code == 200
    form = {"ways-rise": ["desk", "pigeon"], "own": "1", "starts": "21:30", "ends": "09:00", "days_off": "on"}
    assert as_analyst.post(at("alerts_mine"), form).status_code == 302
    kept = Preference.objects.get(membership=analyst).ways
    assert (kept["rise"], kept["paused"]) == (["desk", "mail"], ["mail"])  # no mail server: mail stays as it was
    quiet = QuietHours.objects.get(membership=analyst)
    assert (quiet.starts, quiet.ends, quiet.days_off) == (datetime.time(21, 30), datetime.time(9), True)
    as_analyst.post(at("alerts_mine"), {**form, "own": "0"})
    assert not QuietHours.objects.exists()
    refused = as_analyst.post(at("alerts_mine"), {**form, "starts": "late"}, headers=HTMX)
    assert refused.status_code == 409


def test_rules_and_quiet_hours_of_the_workspace(as_owner: Client, at: At) -> None:
    form = {"rule": ["red", "anger"], "on-red": "on", "roles-red": ["owner", "administrator", "operator"],
            "sensitivity-anger": "high", "roles-anger": ["viewer", "nobody"]}  # fmt: skip
    assert as_owner.post(at("alert_rules_save"), form).status_code == 302
    kept = RuleSetting.objects.get()  # red is as shipped
    assert (kept.rule, kept.on, kept.sensitivity, kept.roles) == ("anger", False, "high", ["viewer"])
    assert Entry.objects.get(name="alerts.rules_changed").data == {"rules": ["anger"]}
    as_owner.post(at("alert_quiet_save"), {"starts": "23:00", "ends": "07:00"})
    assert QuietHours.objects.get().starts == datetime.time(23)
    page = as_owner.get(at("settings_alerts")).content.decode()
    assert ("23:00" in page, "1:33,333" in page) == (True, True)
