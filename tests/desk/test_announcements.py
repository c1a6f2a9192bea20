"""From the draft to what came of it."""

from collections.abc import Callable

from django.test import Client

from huixiang.announcements.actions import answer, tell
from huixiang.announcements.models import Announcement, Credit
from huixiang.channels.models import Delivery, DeliveryState
from huixiang.members.models import Consent, Member

HTMX = {"HX-Request": "true"}


def test_typing_is_saved_and_previewed(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    answer = as_operator.post(
        at("announcement_save", announcement_id=draft.id),
        {
            "title": "修好了",
            "what_happened": "**对不起** <script>x</script>",
            "how_fixed": "在 3.4.2 中",
            "what_next": "",
        },
        headers=HTMX,
    )
    page = answer.content.decode()
    assert page.count("<strong>对不起</strong> &lt;script&gt;x&lt;/script&gt;") == 1
    draft.refresh_from_db()
    assert (draft.title, draft.how_fixed) == ("修好了", "在 3.4.2 中")
    assert [check.holds for check in answer.context["checks"]] == [True, True, True]
    assert "audience" not in answer.context  # whom it reaches is looked at when the page is opened


def test_an_empty_title_is_refused_and_nothing_is_lost(
    at: Callable[..., str], draft: Announcement, as_operator: Client
) -> None:
    before = draft.title
    refused = as_operator.post(at("announcement_save", announcement_id=draft.id), {"title": " "}, headers=HTMX)
    assert refused.status_code == 409
    draft.refresh_from_db()
    assert draft.title == before


def test_checks_are_computed(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    Credit.objects.filter(announcement=draft).first()
    member = Member.objects.get(workspace=draft.workspace)
    as_operator.post(
        at("announcement_save", announcement_id=draft.id),
        {"title": "好了", "what_happened": f"{member.name} 说打不着火", "how_fixed": "换了", "what_next": "等"},
        headers=HTMX,
    )
    page = as_operator.get(at("announcement", announcement_id=draft.id))
    assert [check.holds for check in page.context["reach"]] == [True]
    assert page.content.decode().count(page.context["reach"][0].words) == 1
    checks = as_operator.get(at("announcement", announcement_id=draft.id)).context["checks"]
    assert [check.holds for check in checks] == [False, False, False]
    Member.objects.filter(id=member.id).update(credit_consent=Consent.NAME)
    checks = as_operator.get(at("announcement", announcement_id=draft.id)).context["checks"]
    assert [check.holds for check in checks] == [False, False, True]


def test_ask_for_consent_and_leave_out(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    as_operator.post(at("announcement_consent", announcement_id=draft.id))
    assert Delivery.objects.get(about_id=draft.id).purpose == "consent"
    credit = Credit.objects.get(announcement=draft)
    as_operator.post(at("credit_drop", announcement_id=draft.id, credit_id=credit.id))
    assert Credit.objects.filter(announcement=draft, dropped=False).count() == 0


def test_asked_again_it_says_that_they_were_asked(
    at: Callable[..., str], draft: Announcement, as_operator: Client
) -> None:
    address = at("announcement_consent", announcement_id=draft.id)
    told = []
    for _press in range(2):
        told += [str(message) for message in as_operator.post(address, follow=True).context["messages"]]
    Member.objects.update(credit_consent=Consent.NAME)
    told += [str(message) for message in as_operator.post(address, follow=True).context["messages"]]
    assert told == [
        "正在征求 1 位成员的意见。", "已经问过 1 位成员，还在等回答；同一个人不会问两次。", "能问的人都已经回答了。"
    ]  # fmt: skip
    assert Delivery.objects.filter(about_id=draft.id, purpose="consent").count() == 1


def test_published_told_and_answered(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    as_operator.post(at("announcement_publish", announcement_id=draft.id))
    draft.refresh_from_db()
    assert draft.published_at is not None
    assert as_operator.get(at("announcement_telling", announcement_id=draft.id)).context["going_on"] is True
    tell(announcement_id=draft.id)
    Delivery.objects.filter(about_id=draft.id).update(state=DeliveryState.FAILED, error="查无此人")
    page = as_operator.get(at("announcement", announcement_id=draft.id))
    assert (page.context["going_on"], page.context["to_tell"], page.context["arrived"]) == (False, 1, 0)
    assert page.content.decode().count("查无此人") == 1
    assert at("announcement_save", announcement_id=draft.id) not in page.content.decode()
    answer(announcement=draft, member=Member.objects.get(workspace=draft.workspace), solved="yes")
    page = as_operator.get(at("announcement", announcement_id=draft.id))
    assert (page.context["satisfied"], page.context["answered"]) == (100, 1)
    listed = as_operator.get(at("announcements")).context["rows"]
    assert listed == [(draft, {"all": 1, "yes": 1})]


def test_what_is_published_stays(at: Callable[..., str], draft: Announcement, as_operator: Client) -> None:
    as_operator.post(at("announcement_publish", announcement_id=draft.id))
    credit = Credit.objects.get(announcement=draft)
    assert [
        as_operator.post(address, sent, headers=HTMX).status_code
        for address, sent in [
            (at("announcement_save", announcement_id=draft.id), {"title": "别的"}),
            (at("announcement_publish", announcement_id=draft.id), {}),
            (at("credit_drop", announcement_id=draft.id, credit_id=credit.id), {}),
        ]
    ] == [409, 409, 409]
