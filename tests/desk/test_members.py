"""The roster, one member, joining, erasure: what people see and may do."""

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.channels.models import ChannelAccount
from huixiang.desk.members import views
from huixiang.feedback.standing import remember
from huixiang.journal.models import Entry
from huixiang.members import erasing
from huixiang.members.models import Identity, Member
from huixiang.workspaces.models import Membership, Workspace
from huixiang.workspaces.roles import Permission, Role, holds
from tests import factories
from tests.factories import jobs, rows


@pytest.fixture
def people(app_channel: ChannelAccount, portal_channel: ChannelAccount) -> dict[str, Member]:
    """Four members of three tiers, on two channels, at different times."""
    now = timezone.now()
    made = {
        "core": rows.member(app_channel, "漠河守夜人", tier="core", email="night@mohe.example", feedback_count=9),
        "koc": rows.member(portal_channel, "三棵树站长", tier="koc", feedback_count=4),
        "quiet": rows.member(app_channel, "很久没来", feedback_count=1),
        "new": rows.member(app_channel, "刚来的"),
    }
    for name, days in (("core", 0), ("koc", 2), ("quiet", 60)):
        Member.objects.filter(id=made[name].id).update(last_contact_at=now - datetime.timedelta(days=days))
    Member.objects.filter(id=made["core"].id).update(mood=-80, moods=[0, -1, -1], credit_consent="name")
    return made


def names(answer: Any) -> list[str]:
    return [row.member.name for row in answer.context["rows"]]


def test_the_latest_contact_stands_first(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member]
) -> None:
    assert names(as_operator.get(at("members"))) == ["漠河守夜人", "三棵树站长", "很久没来", "刚来的"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tier=koc", ["三棵树站长"]),
        ("mood=bad", ["漠河守夜人"]),
        ("quiet=30", ["很久没来", "刚来的"]),
        ("consent=name", ["漠河守夜人"]),
        ("sort=feedback", ["漠河守夜人", "三棵树站长", "很久没来", "刚来的"]),
        ("sort=quiet", ["刚来的", "很久没来", "三棵树站长", "漠河守夜人"]),
        ("sort=name", ["三棵树站长", "刚来的", "很久没来", "漠河守夜人"]),
        ("q=守夜人", ["漠河守夜人"]),
        ("q=night@mohe.example", ["漠河守夜人"]),
        ("q=没有这样的人", []),
        (
            "tier=nonsense&mood=x&quiet=x&consent=1&sort=--&channel=7",
            ["漠河守夜人", "三棵树站长", "很久没来", "刚来的"],
        ),
    ],
)
def test_filters_and_orders(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member], query: str, wanted: list[str]
) -> None:
    assert names(as_operator.get(f"{at('members')}?{query}")) == wanted


def test_an_address_is_looked_for_only_by_who_may_see_it(
    analyst: Membership, client_of: Callable[[Membership], Client], at: Callable[..., str], people: dict[str, Member]
) -> None:
    assert names(client_of(analyst).get(f"{at('members')}?q=night@mohe.example")) == []


def test_by_channel_and_by_open_case(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member], portal_channel: ChannelAccount,
    app_channel: ChannelAccount,
) -> None:  # fmt: skip
    case = factories.case(app_channel, author_name="有个案的人")
    assert names(as_operator.get(f"{at('members')}?channel={portal_channel.id}")) == ["三棵树站长"]
    answer = as_operator.get(f"{at('members')}?open=1")
    assert names(answer) == ["有个案的人"]
    assert [row.facts.open_cases for row in answer.context["rows"]] == [1]
    assert case.member.name == "有个案的人"


@pytest.mark.parametrize("sort", ["contact", "quiet", "feedback", "name"])
def test_pages_follow_each_other_without_gap_or_repeat(
    as_operator: Client, at: Callable[..., str], app_channel: ChannelAccount, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huixiang.desk.members.views.PAGE", 4)
    for number in range(11):
        rows.member(app_channel, f"车友{number % 3}", feedback_count=number % 4)
        Member.objects.create(workspace=app_channel.workspace, name=f"车友{number % 3}", feedback_count=number % 4)
    seen: list[Any] = []
    query = f"sort={sort}"
    while query:
        answer = as_operator.get(f"{at('members')}?{query}", headers={"HX-Request": "true"})
        seen += [row.member.id for row in answer.context["rows"]]
        query = answer.context["next_query"]
    assert len(seen) == len(set(seen)) == Member.objects.filter(workspace=app_channel.workspace).count()


@pytest.mark.parametrize("number", [1, 3])
def test_the_roster_costs_the_same_whatever_its_length(
    as_operator: Client,
    at: Callable[..., str],
    app_channel: ChannelAccount,
    number: int,
    django_assert_num_queries: Any,
) -> None:
    for place in range(number):
        factories.case(app_channel, author_name=f"车友{place}", thread=f"t{place}")
    with django_assert_num_queries(9):
        assert len(as_operator.get(at("members")).context["rows"]) == number


def test_whoever_of_the_team_wrote_is_marked(
    as_operator: Client, at: Callable[..., str], app_channel: ChannelAccount, operator: Membership
) -> None:
    factories.case(app_channel, author_name="车友", thread="t1")
    [row] = as_operator.get(at("members")).context["rows"]
    assert row.member.of_team is False
    Member.objects.filter(id=row.member.id).update(user=operator.user)
    [row] = as_operator.get(at("members")).context["rows"]
    assert row.member.of_team is True


@pytest.mark.parametrize("number", [1, 3])
def test_a_profile_costs_the_same_whatever_was_said(
    as_operator: Client,
    at: Callable[..., str],
    app_channel: ChannelAccount,
    number: int,
    django_assert_num_queries: Any,
) -> None:
    for place in range(number):
        case = factories.case(
            app_channel, [factories.COLD_START, factories.BLACK_SCREEN, factories.RUDE_SERVICE][place], author_id="u1",
            author_name="阿澈", thread=f"t{place}",
        )  # fmt: skip
    with django_assert_num_queries(53):
        answer = as_operator.get(at("member", member_id=case.member_id))
    assert len([1 for moment, _told in answer.context["story"] if moment.kind == "feedback"]) == number


def test_a_story_of_everything(as_operator: Client, at: Callable[..., str], case: Any, operator: Membership) -> None:
    from huixiang.cases import actions as cases  # noqa: PLC0415

    cases.reply(case=case, by=operator, text="谢谢您告诉我们", lane="private")
    cases.note(case=case, by=operator, text="要回访")
    as_operator.post(at("member_note", member_id=case.member_id), {"text": "喜欢打电话"})
    answer = as_operator.get(at("member", member_id=case.member_id))
    assert {moment.kind for moment, _told in answer.context["story"]} == {"feedback", "answered", "note", "journal"}
    assert "喜欢打电话" in answer.content.decode()


def test_mood_follows_what_was_said_last(app_channel: ChannelAccount) -> None:
    angry = factories.feedback(app_channel, factories.RUDE_SERVICE, author_id="u1", thread="a")
    angry.member.refresh_from_db()
    assert (angry.member.moods, angry.member.mood) == ([-1], -100)
    praise = rows.unstored(app_channel, "真好", sentiment=1)
    praise.member = angry.member
    praise.save()
    remember(workspace_id=angry.workspace_id, heard={angry.member_id: praise.said_at})
    angry.member.refresh_from_db()
    assert (angry.member.moods, angry.member.mood) == ([-1, 1], 0)


def test_an_old_message_does_not_move_the_last_contact_back(app_channel: ChannelAccount) -> None:
    said = factories.feedback(app_channel, factories.RUDE_SERVICE, author_id="u1")
    said.member.refresh_from_db()
    before = said.member.last_contact_at
    remember(workspace_id=said.workspace_id, heard={said.member_id: before - datetime.timedelta(days=9)})
    said.member.refresh_from_db()
    assert said.member.last_contact_at == before == said.said_at


def test_tiers_of_many_with_a_reason(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member], other_workspace: Any
) -> None:
    stranger = Member.objects.create(workspace=other_workspace, name="别家的")
    ids = [str(people["quiet"].id), str(people["new"].id), str(stranger.id)]
    refused = as_operator.post(at("member_tiers"), {"member": ids, "tier": "active", "reason": " "}, follow=True)
    assert "请说明原因" in refused.content.decode()
    as_operator.post(at("member_tiers"), {"member": ids, "tier": "active", "reason": "线下活动见过"})
    changed = Member.objects.filter(tier="active", tier_by_hand=True).values_list("name", flat=True)
    assert sorted(changed) == ["刚来的", "很久没来"]
    entries = Entry.objects.filter(name="members.tier_changed").select_related("words")
    assert [entry.words.text for entry in entries] == ["线下活动见过", "线下活动见过"]


def test_what_a_person_set_is_not_changed_by_itself(people: dict[str, Member]) -> None:
    from huixiang.members.actions import change_tier  # noqa: PLC0415

    Member.objects.filter(id=people["core"].id).update(tier_by_hand=True)
    assert change_tier(member=people["core"], tier="plain") is False
    assert change_tier(member=people["koc"], tier="plain") is True


def test_addresses_are_masked_until_somebody_looks_and_that_is_kept(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member]
) -> None:
    page = as_operator.get(at("member", member_id=people["core"].id)).content.decode()
    assert "night@mohe.example" not in page
    assert "n***@mohe.example" in page
    shown = as_operator.post(at("member_contacts", member_id=people["core"].id)).content.decode()
    assert "night@mohe.example" in shown
    assert Entry.objects.filter(name="members.contacts_shown", subject_id=people["core"].id).count() == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_roster_as_a_file_masked_for_who_may_not_see(
    client_of: Callable[[Membership], Client], operator: Membership, analyst: Membership, at: Callable[..., str],
    people: dict[str, Member], form: str,
) -> None:  # fmt: skip
    bodies = []
    for viewer in (operator, analyst):
        answer = client_of(viewer).get(at("member_table", form=form))
        body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"".join(book.read(name) for name in book.namelist())
        bodies.append(body.decode())
    assert ["night@mohe.example" in body for body in bodies] == [True, False]
    assert ["漠河守夜人" in body for body in bodies] == [True, True]
    kept = Entry.objects.filter(name="members.roster_exported").order_by("id")
    assert [entry.data for entry in kept] == [{"members": 4, "unmasked": True}, {"members": 4, "unmasked": False}]


def test_a_long_roster_goes_out_as_it_is_read_and_not_as_xlsx(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_IN_XLSX", 3)
    refused = as_operator.get(at("member_table", form="xlsx"), headers={"HX-Request": "true"})
    assert (refused.status_code, "3" in refused.content.decode()) == (409, True)
    assert Entry.objects.filter(name="members.roster_exported").count() == 0
    answer = as_operator.get(at("member_table", form="csv"))
    assert (answer["Content-Type"], answer.streaming) == ("text/csv; charset=utf-8", True)
    assert b"".join(answer.streaming_content).decode().count("\r\n") == 1 + 4  # type: ignore[attr-defined]


def test_joined_by_hand_and_taken_back(as_operator: Client, at: Callable[..., str], people: dict[str, Member]) -> None:
    one, other = people["core"], people["koc"]
    preview = as_operator.get(at("member_join", member_id=one.id, other_id=other.id)).content.decode()
    assert "三棵树站长" in preview
    as_operator.post(at("member_join_now", member_id=one.id, other_id=other.id))
    page = as_operator.get(at("member", member_id=one.id))
    done = page.context["joinings"][0]
    assert Identity.objects.filter(member=one).count() == 2
    assert names(as_operator.get(at("members"))) == ["漠河守夜人", "很久没来", "刚来的"]
    as_operator.post(at("joining_undo", joining_id=done.id))
    assert Identity.objects.filter(member=other).count() == 1


def test_the_same_name_or_address_is_proposed_until_somebody_says_no(
    as_operator: Client, at: Callable[..., str], app_channel: ChannelAccount, portal_channel: ChannelAccount
) -> None:
    one = rows.member(app_channel, "阿澈", email="c@example.com")
    other = Member.objects.create(workspace=app_channel.workspace, name="阿澈", email="C@example.com")
    Member.objects.create(workspace=app_channel.workspace, name="别人")
    found = as_operator.get(at("member", member_id=one.id)).context["candidates"]
    assert [(c.member, sorted(c.reasons)) for c in found] == [(other, ["email", "name"])]
    assert [(row[0].one, row[0].other) for row in as_operator.get(at("member_pairs")).context["rows"]] == [(one, other)]
    as_operator.post(at("member_apart", member_id=other.id, other_id=one.id))
    undo = at("member_apart_undo", member_id=other.id, other_id=one.id)
    assert f'action="{undo}"' in as_operator.get(at("member_pairs")).content.decode()  # the toast takes it back
    assert as_operator.get(at("member", member_id=one.id)).context["candidates"] == []
    assert as_operator.get(at("member_pairs")).context["rows"] == []
    for _press in range(2):
        as_operator.post(undo)
    assert [(row[0].one, row[0].other) for row in as_operator.get(at("member_pairs")).context["rows"]] == [(one, other)]
    told = Entry.objects.filter(subject_id=other.id, actor_kind="staff").order_by("id").values_list("name", flat=True)
    assert list(told) == ["members.kept_apart", "members.proposed_again"]


def test_two_of_the_roster_are_looked_at_side_by_side(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member], other_workspace: Workspace
) -> None:
    one, other, third = people["core"], people["koc"], people["quiet"]
    assert f'formaction="{at("members_two")}"' in as_operator.get(at("members")).content.decode()
    chosen = {"member": [str(one.id), str(other.id), str(one.id)]}
    looked = as_operator.post(at("members_two"), chosen, headers={"HX-Request": "true"})
    assert looked.headers["HX-Redirect"] == at("member_join", member_id=one.id, other_id=other.id)
    assert as_operator.get(looked.headers["HX-Redirect"]).context["source"] == other
    for wrong in ([], [str(one.id)], [str(row.id) for row in (one, other, third)], ["x", str(one.id)]):
        refused = as_operator.post(at("members_two"), {"member": wrong}, headers={"HX-Request": "true"})
        assert (refused.status_code, refused.content.decode()) == (409, "请正好勾选两位成员。")
    stranger = Member.objects.create(workspace=other_workspace, name="别家的")
    assert as_operator.post(at("members_two"), {"member": [str(one.id), str(stranger.id)]}).status_code == 404


def test_erased_at_the_wish_of_the_person_and_taken_back(
    as_operator: Client, at: Callable[..., str], people: dict[str, Member]
) -> None:
    one = people["core"]
    as_operator.post(at("member_erase", member_id=one.id))
    for page in (at("members"), at("member", member_id=one.id)):
        assert "漠河守夜人" not in as_operator.get(page).content.decode()
    as_operator.post(at("member_erase_undo", member_id=one.id))
    assert "漠河守夜人" in as_operator.get(at("member", member_id=one.id)).content.decode()


def test_everything_stored_as_one_file(
    as_operator: Client, at: Callable[..., str], case: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    member = case.member
    as_operator.post(at("member_export", member_id=member.id))
    as_operator.post(at("member_export", member_id=member.id))
    assert jobs.waiting().count("members.export") == 1
    assert "0" in as_operator.get(at("member_export_progress", member_id=member.id)).content.decode()
    jobs.run_waiting()
    made = member.exports.get()
    answer = as_operator.get(at("member_export_file", data_export_id=made.id))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        feedback = json.loads(archive.read("feedback.json"))
        about = json.loads(archive.read("about.json"))
    assert [row["text"] for row in feedback] == [factories.COLD_START]
    assert {"file": "feedback.json", "what": "提过的反馈"} in about["contents"]
    assert Entry.objects.filter(name="members.export_fetched", subject_id=member.id).count() == 1
    erasing.ask(member=member, actor=erasing.Actor("staff"))
    assert as_operator.get(at("member_export_file", data_export_id=made.id)).status_code == 404


NEEDED = {
    ("get", "members"): Permission.READ, ("get", "member"): Permission.READ,
    ("get", "member_pairs"): Permission.MEMBERS,
    ("get", "member_join"): Permission.MEMBERS, ("get", "member_table"): Permission.EXPORT,
    ("get", "member_export_progress"): Permission.MEMBERS, ("post", "member_describe"): Permission.MEMBERS,
    ("post", "member_note"): Permission.MEMBERS, ("post", "member_tiers"): Permission.MEMBERS,
    ("post", "member_contacts"): Permission.UNMASK, ("post", "member_join_now"): Permission.MEMBERS,
    ("post", "member_apart"): Permission.MEMBERS, ("post", "member_apart_undo"): Permission.MEMBERS,
    ("post", "members_two"): Permission.MEMBERS, ("post", "member_part"): Permission.MEMBERS,
    ("post", "joining_undo"): Permission.MEMBERS, ("post", "member_erase"): Permission.MEMBERS,
    ("post", "member_erase_undo"): Permission.MEMBERS, ("post", "member_export"): Permission.MEMBERS,
}  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_who_may_do_what(
    role: str, client_of: Callable[[Membership], Client], workspace: Any, at: Callable[..., str],
    people: dict[str, Member], operator: Membership,
) -> None:  # fmt: skip
    from huixiang.members import joining  # noqa: PLC0415

    viewer = factories.membership(workspace, role, name="某人")
    third = Member.objects.create(workspace=workspace, name="第三人")
    done = joining.join(source=third, target=people["quiet"], by=operator)
    given = {
        "member_join": {"member_id": people["core"].id, "other_id": people["koc"].id},
        "member_join_now": {"member_id": people["core"].id, "other_id": people["koc"].id},
        "member_apart": {"member_id": people["core"].id, "other_id": people["koc"].id},
        "member_apart_undo": {"member_id": people["core"].id, "other_id": people["koc"].id}, "members_two": {},
        "member_part": {"identity_id": people["core"].identities.get().id}, "joining_undo": {"joining_id": done.id},
        "member_table": {"form": "csv"}, "members": {}, "member_pairs": {}, "member_tiers": {},
    }  # fmt: skip
    for (method, name), needed in NEEDED.items():
        address = at(name, **given.get(name, {"member_id": people["core"].id}))
        answer = getattr(client_of(viewer), method)(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # and closes the file
        assert (answer.status_code == 404) == (not holds(viewer, needed)), (role, name, answer.status_code)
