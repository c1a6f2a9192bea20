"""The pages of webhooks, out and in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.channels.models import ChannelAccount, RefusedCall
from huixiang.channels.webhooks import actions
from huixiang.channels.webhooks.models import WebhookDelivery, WebhookEndpoint
from huixiang.journal.events import SYSTEM
from huixiang.workspaces.models import Workspace

FIELDS = {"name": "工单系统", "url": "http://127.0.0.1:9/hook", "events": ["case.opened", "nonsense"]}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _named_host(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def endpoint(workspace: Workspace) -> WebhookEndpoint:
    return actions.open_endpoint(
        workspace=workspace, name="工单系统", url=FIELDS["url"], wanted=["case.opened"], personal=False, actor=SYSTEM
    )[0]  # type: ignore[arg-type]


def test_a_webhook_is_added_and_its_secret_shown_once(at: Callable[..., str], as_owner: Client) -> None:
    as_owner.post(at("webhook_create"), FIELDS)
    made = WebhookEndpoint.objects.get()
    assert (made.name, made.events, made.personal) == ("工单系统", ["case.opened"], False)
    address = at("webhook", endpoint_id=made.id)
    first, second = (as_owner.get(address).content.decode() for _ in range(2))
    assert ("whsec_" in first, "whsec_" in second) == (True, False)


@pytest.mark.parametrize("wrong", [{"url": "http://10.0.0.1/"}, {"events": ["x"]}, {"name": " "}])
def test_what_may_not_be_called_is_refused(at: Callable[..., str], as_owner: Client, wrong: dict[str, Any]) -> None:
    assert as_owner.post(at("webhook_create"), FIELDS | wrong, headers=HTMX).status_code == 409
    assert WebhookEndpoint.objects.count() == 0


def test_a_change_that_is_refused_leaves_what_was_typed(
    at: Callable[..., str], as_owner: Client, endpoint: WebhookEndpoint
) -> None:
    """The form is sent by htmx, which shows the sentence beside the form and does not load the page anew."""
    change = at("webhook_change", endpoint_id=endpoint.id)
    page = as_owner.get(at("webhook", endpoint_id=endpoint.id)).content.decode()
    assert f'hx-post="{change}" hx-swap="none"' in page
    refused = as_owner.post(change, FIELDS | {"url": "http://10.0.0.1/"}, headers=HTMX)
    assert (refused.status_code, refused["Content-Type"]) == (409, "text/plain; charset=utf-8")
    changed = as_owner.post(change, FIELDS | {"name": "新名字"}, headers=HTMX)
    assert changed.headers["HX-Redirect"] == at("webhook", endpoint_id=endpoint.id)


def test_it_is_tested_paused_resumed_rotated_changed_and_removed(
    at: Callable[..., str], as_owner: Client, endpoint: WebhookEndpoint
) -> None:
    act = at("webhook_act", endpoint_id=endpoint.id)
    as_owner.post(act, {"act": "test"})
    assert WebhookDelivery.objects.get().event == "webhook.test"
    as_owner.post(act, {"act": "pause"})
    endpoint.refresh_from_db()
    assert endpoint.paused_reason
    as_owner.post(act, {"act": "resume"})
    as_owner.post(act, {"act": "rotate"})
    endpoint.refresh_from_db()
    assert (endpoint.paused_reason, endpoint.old_secret == "") == ("", False)
    as_owner.post(at("webhook_change", endpoint_id=endpoint.id), FIELDS | {"name": "新名字", "personal": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.personal) == ("新名字", True)
    assert as_owner.post(act, {"act": "nonsense"}, headers=HTMX).status_code == 409
    as_owner.post(act, {"act": "remove"})
    assert WebhookEndpoint.objects.count() == 0


def test_one_message_with_what_was_answered_and_sent_again(
    at: Callable[..., str], as_owner: Client, endpoint: WebhookEndpoint
) -> None:
    actions.send_test(endpoint=endpoint)
    actions.send_due()
    row = WebhookDelivery.objects.get()
    page = as_owner.get(at("webhook_message", webhook_message_id=row.id)).content.decode()
    assert (row.message_id in page, "webhook.test" in page, row.error in page) == (True, True, True)
    again = at("webhook_replay", webhook_message_id=row.id)
    assert as_owner.post(again, headers=HTMX).status_code == 409  # it waits for its next try
    WebhookDelivery.objects.update(state="failed", attempts=9)
    as_owner.post(again)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    WebhookDelivery.objects.update(state="failed")
    as_owner.post(at("webhook_replay_failed", endpoint_id=endpoint.id), {"since": "2026-01-01T00:00"})
    row.refresh_from_db()
    assert row.state == "waiting"


def test_the_log_is_filtered_and_paged(at: Callable[..., str], as_owner: Client, endpoint: WebhookEndpoint) -> None:
    for _ in range(3):
        actions.send_test(endpoint=endpoint)
    address = at("webhook", endpoint_id=endpoint.id)
    assert len(as_owner.get(address, {"state": "waiting", "event": "webhook.test"}).context["rows"]) == 3
    assert as_owner.get(address, {"state": "failed"}).context["rows"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_at_any_length(
    at: Callable[..., str], as_owner: Client, workspace: Workspace, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        actions.open_endpoint(
            workspace=workspace, name=f"{number}", url=str(FIELDS["url"]), wanted=["case.opened"], personal=False,
            actor=SYSTEM,
        )  # fmt: skip
    as_owner.get(at("settings_webhooks"))
    with django_assert_max_num_queries(8):  # session, user, membership, accounts, endpoints, the frame's counts
        assert len(as_owner.get(at("settings_webhooks")).context["endpoints"]) == rows


def test_an_address_that_brings_messages(at: Callable[..., str], as_owner: Client) -> None:
    as_owner.post(at("webhook_source_create"), {"name": "店铺问卷"})
    account = ChannelAccount.objects.get(kind="webhook")
    address = at("webhook_source", slug=account.slug)
    first, second = (as_owner.get(address).content.decode() for _ in range(2))
    assert ("whsec_" in first, "whsec_" in second, account.settings["token"] in second) == (True, False, True)
    as_owner.post(at("webhook_source_save", slug=account.slug), {"text": "body.words"})
    account.refresh_from_db()
    assert account.settings["mapping"]["text"] == "body.words"
    RefusedCall.objects.create(workspace=account.workspace, account=account, reason="没有正文", excerpt="{}")
    assert "没有正文" in as_owner.get(address).content.decode()
    as_owner.post(at("webhook_source_save", slug=account.slug), {"answers": "https://shop.example/answers"})
    assert 'value="https://shop.example/answers"' in as_owner.get(address).content.decode()
    account.refresh_from_db()
    assert (account.settings["mapping"]["text"], account.settings["answers"][:8]) == ("body.words", "https://")
    before = account.settings["secret"]
    as_owner.post(at("webhook_source_save", slug=account.slug), {"rotate": "1"})
    account.refresh_from_db()
    assert (account.settings["old_secret"], account.settings["secret"] == before) == (before, False)


def test_who_may_not_integrate_finds_no_such_page(at: Callable[..., str], as_operator: Client) -> None:
    assert as_operator.get(at("settings_webhooks")).status_code == 404
    assert as_operator.post(at("webhook_create"), FIELDS).status_code == 404


def test_what_was_typed_stays_when_an_address_is_refused(at: Callable[..., str], as_owner: Client) -> None:
    """The page is not left: htmx shows the sentence and swaps nothing."""
    address = at("webhook_create")
    assert f'hx-post="{address}" hx-swap="none"' in as_owner.get(at("settings_webhooks")).content.decode()
    typed = {"name": "工单系统", "url": "nowhere", "events": ["case.opened"]}
    answer = as_owner.post(address, typed, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
