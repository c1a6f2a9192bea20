"""The page of alerts."""

from collections.abc import Callable

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from huixiang.alerts.models import AlertTarget
from huixiang.journal.models import Entry

HTMX = {"HX-Request": "true"}
KEY = "abcdefgh-1234-1234-1234-abcdefghijkl"


def test_an_address_is_added_changed_and_removed(
    at: Callable[..., str], as_owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("值班群", "老板"):
        form = {"name": name, "address": f"wecombot://{KEY}", "wants": ["red", "paused"]}
        assert as_owner.post(at("alert_add"), form).status_code == 302
    with django_assert_num_queries(8):
        page = as_owner.get(at("settings_alerts")).content.decode()
    assert ("值班群" in page, KEY in page) == (True, False)
    one = AlertTarget.objects.get(name="值班群")
    as_owner.post(at("alert_act", target_id=one.id), {"act": "change", "wants": ["rise"]})
    one.refresh_from_db()
    assert one.wants == ["rise"]
    as_owner.post(at("alert_act", target_id=one.id), {"act": "remove"})
    assert not AlertTarget.objects.filter(name="值班群").exists()
    told = Entry.objects.filter(name="alerts.target_changed").order_by("id")
    assert [entry.data["what"] for entry in told] == ["added", "added", "changed", "removed"]


def test_what_leads_inside_is_refused_in_words(at: Callable[..., str], as_owner: Client) -> None:
    form = {"name": "内网", "address": "json://10.1.2.3/x", "wants": ["red"]}
    answer = as_owner.post(at("alert_add"), form, headers=HTMX)
    assert (answer.status_code, "内网" in answer.content.decode()) == (409, True)
    assert not AlertTarget.objects.exists()
