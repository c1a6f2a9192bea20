"""Every address of the desk × every role: whoever lacks the permission finds nothing there.

A new address must be put into the table. A method no address knows (PUT) is answered 405 to those who may, with the
methods that are known, and 404 to those who may not: that tells them apart without changing anything.
"""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from huixiang.journal.models import Entry
from huixiang.workspaces.models import Invitation, Membership
from huixiang.workspaces.roles import Permission, Role, holds
from tests import factories
from tests.security import test_tenancy
from tests.security.test_tenancy import World

TABLE = """
home GET read
search GET read
palette GET read
inbox GET read
inbox_news POST read
inbox_fresh POST read
inbox_badge GET read
inbox_filters GET read
inbox_mark POST read
inbox_bulk POST read
bulk_progress GET read
bulk_undo POST read
bulk_anyway POST read
view_save POST read
view_change POST read
view_refit POST read
view_move POST read
view_delete POST read
view_restore POST read
inbox_pane GET read
case GET read
case_reply POST reply
case_stage POST handle
case_detail POST handle
case_snooze POST handle
case_templates GET reply
case_comfort GET reply
case_public_word GET reply
pending_decide POST reply
pending_heard POST reply
scheduled_act POST reply
case_draft POST reply
coach POST reply
opinion_settle POST handle
case_assign POST handle
case_grade POST handle
case_end POST handle
case_reopen POST handle
case_original POST unmask
notes GET reply
note_people GET reply
note_save POST reply
called POST reply
case_here POST read
case_handing GET handle
case_hand_over POST handle
case_take POST reply
case_give_back POST reply
files POST reply
file_waiting GET reply
file_waiting_pdf GET reply
file_pdf GET unmask
file GET unmask
file_picture GET reply
file_thumb GET reply
file_shown GET reply
file_again POST reply
file_words GET unmask
case_tag_complete GET handle
case_tag_add POST handle
case_tag_remove POST handle
send_again POST reply
feedback GET read
feedback_detail GET read
feedback_copies GET read
feedback_remove POST moderate
feedback_correct POST handle
correction_undo POST handle
alerts GET read
alerts_badge GET read
alerts_mine GET,POST read
alerts_many POST read
alert GET read
alert_do POST read
alert_again POST read
alert_rules_save POST configure
alert_quiet_save POST configure
settings_alerts GET integrate
alert_add POST integrate
alert_act POST integrate
settings_bot GET read
settings_bot_save POST configure
bot_group POST reply
settings_playbooks GET read
playbook_make POST configure
playbooks_retell POST configure
playbook GET read
playbook_edit GET,POST configure
playbook_act POST configure
playbook_try GET read
settings_rotas GET read
rota_save POST configure
rota_change POST configure
my_steps GET read
my_steps_badge GET read
case_step POST read
case_step_words GET reply
case_playbook GET,POST handle
case_now GET read
settings_learning GET read
learning_train POST configure
learning_back POST configure
settings_learned GET read
learning_progress GET read
learning_on POST configure
message_keep POST handle
message_again POST handle
war_rooms GET read
war_rooms_badge GET read
war_room_line GET read
war_room_open POST handle
war_room_habits GET read
war_room_habits_save POST configure
war_room_change POST handle
case_acknowledge POST handle
war_room GET read
war_room_news GET read
war_room_join POST handle
war_room_part POST handle
war_room_apart POST handle
war_room_print GET read
war_room_file GET export
war_room_seat POST handle
war_room_leave POST handle
war_room_fact POST handle
war_room_fact_judge POST handle
war_room_question POST handle
war_room_question_settle POST handle
war_room_decision POST handle
war_room_note POST handle
war_room_update POST handle
war_room_statement POST handle
war_room_statement_ask POST handle
war_room_statement_judge POST publish
war_room_statement_use GET,POST publish
war_room_close GET,POST handle
war_room_reopen POST handle
themes GET read
themes_alike GET read
themes_proposals GET themes
proposal_accept POST themes
proposal_refuse POST themes
warning_acknowledge POST themes
themes_merging GET themes
merges_undo POST themes
merge_undo POST themes
theme_move_undo POST themes
themes_export POST export
export GET export
export_progress GET export
export_file GET export
theme GET read
theme_describe POST themes
theme_moving GET themes
theme_move POST themes
theme_change_undo POST themes
theme_merge POST themes
theme_part POST themes
theme_splitting GET themes
theme_split_preview POST themes
theme_split_pick GET themes
theme_split POST themes
theme_take POST themes
theme_resolve POST announce
theme_export POST export
insights GET read
insights_critics GET read
insights_critics_table GET export
members GET read
member_tiers POST members
member_pairs GET members
member_table GET export
member_part POST members
joining_undo POST members
member_export_file GET members
member GET read
member_describe POST members
member_note POST members
member_contacts POST unmask
member_join GET members
member_join_now POST members
member_apart POST members
member_apart_undo POST members
members_two POST members
member_erase POST members
member_erase_undo POST members
member_export POST members
member_export_progress GET members
announcements GET read
announcement GET read
announcement_save POST announce
announcement_coach POST announce
announcement_consent POST publish
announcement_publish POST publish
announcement_telling GET read
announcement_pause POST publish
credit_drop POST announce
channels GET read
channel_connect GET,POST configure
channel GET read
channel_first GET read
channel_check POST configure
channel_test POST configure
channel_tested GET read
channel_settings GET,POST configure
channel_act POST configure
import GET import
import_upload POST import
import_mapping GET import
import_start POST import
import_mapping_save POST import
import_mapping_rename POST import
import_mapping_remove POST import
import_run GET import
import_progress GET import
import_refused GET import
import_undo GET,POST import
import_kept GET import
academy GET read
academy_course GET read
academy_scenario GET read
academy_start POST read
academy_attempt GET read
academy_answer POST read
academy_leave POST read
academy_team GET team
academy_table GET team
academy_person GET team
academy_requirements GET,POST team
settings GET read
settings_save POST configure
settings_team GET read
team_invite POST team
invitation_again POST team
invitation_link POST team
invitation_revoke POST team
team_role POST team
team_remove POST team
settings_keys GET integrate
settings_key_create POST integrate
settings_key_revoke POST integrate
settings_rules GET read
settings_rules_save POST configure
settings_red_lines GET read
settings_red_lines_save POST configure
settings_standards GET read
settings_standards_save POST configure
escalation_save POST configure
settings_calendar GET read
calendar_save POST configure
calendar_add POST configure
calendar_remove POST configure
calendar_restore POST configure
case_macros GET handle
macro_run POST handle
settings_macros GET read
macro_new GET,POST handle
macro GET,POST handle
macro_act POST handle
settings_templates GET read
approval_save POST configure
template_new GET,POST reply
template GET,POST reply
template_act POST reply
settings_tags GET read
settings_tag_create POST tags
settings_tag_change POST tags
settings_tag_merge POST tags
settings_tag_delete POST tags
settings_journal GET read
settings_journal_verify POST configure
settings_llm GET integrate
settings_llm_save POST integrate
settings_llm_try POST integrate
settings_webhooks GET integrate
webhook_create POST integrate
webhook_source_create POST integrate
webhook_source GET integrate
webhook_source_save POST integrate
webhook_message GET integrate
webhook_replay POST integrate
webhook GET integrate
webhook_change POST integrate
webhook_act POST integrate
webhook_replay_failed POST integrate
"""
ADDRESSES = {
    name: (methods, Permission(permission))
    for name, methods, permission in (line.split() for line in TABLE.strip().splitlines())
}


def _patterns() -> dict[str, set[str]]:
    found = test_tenancy._patterns()
    return {name: set(parameters) for namespace, name, parameters in found if namespace == "desk"}


def _addresses(world: World) -> list[tuple[str, str]]:
    return [
        (name, reverse(f"desk:{name}", kwargs={"workspace": world.workspace.slug, **_ids(world, wanted)}))
        for name, wanted in _patterns().items()
    ]


def _ids(world: World, wanted: set[str]) -> dict[str, object]:
    """The guard is asked before anything is looked up: an id need not exist."""
    return {name: world.ids.get(name, uuid.uuid4()) for name in wanted}


@pytest.fixture
def world(db: None, empty_cache: None) -> World:
    return test_tenancy._world("甲")


def test_every_address_is_in_the_table() -> None:
    assert sorted(_patterns()) == sorted(ADDRESSES)


def test_what_each_role_finds(world: World, client_of: Callable[[Membership], Client]) -> None:
    members = {role: factories.membership(world.workspace, role) for role in Role}
    before, addresses, wrong = Entry.objects.count(), _addresses(world), []
    for role, membership in members.items():
        client = client_of(membership)
        for name, address in addresses:
            methods, permission = ADDRESSES[name]
            allowed, answer = holds(membership, permission), client.put(address)
            known = answer.get("Allow", "").replace(", HEAD", "").replace(" ", "")
            if (answer.status_code, known) != ((405, methods) if allowed else (404, "")):
                wrong.append((role, name, answer.status_code, known))
            elif not allowed and _asked(client, methods, address) != {404}:
                wrong.append((role, name, "lets in"))
    assert wrong == []
    assert Entry.objects.count() == before


def _asked(client: Client, methods: str, address: str) -> set[int]:
    return {client.generic(method, address).status_code for method in methods.split(",")}


def test_whoever_left_finds_nothing(world: World, client_of: Callable[[Membership], Client]) -> None:
    membership = factories.membership(world.workspace, "administrator")
    client = client_of(membership)
    Membership.objects.filter(id=membership.id).update(left_at=factories.ago(minutes=1))
    for name, address in _addresses(world):
        assert _asked(client, ADDRESSES[name][0], address) == {404}, name


def test_an_administrator_does_not_touch_owners(world: World, client_of: Callable[[Membership], Client]) -> None:
    client = client_of(factories.membership(world.workspace, "administrator"))
    desk = f"/w/{world.workspace.slug}/settings/team/"
    client.post(f"{desk}{world.owner.id}/role/", {"role": "viewer"})
    client.post(f"{desk}{world.owner.id}/remove/")
    client.post(f"{desk}invite/", {"email": "a@example.com", "role": "owner"})
    world.owner.refresh_from_db()
    assert (world.owner.role, world.owner.left_at) == ("owner", None)
    assert not Invitation.objects.filter(email="a@example.com").exists()


def test_a_moderator_removes_only_what_is_public(
    world: World, client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(factories.membership(world.workspace, "moderator"))
    board = world.workspace.channel_accounts.get(slug="portal")
    public = factories.feedback(board, factories.RUDE_SERVICE, public=True)
    private = world.ids["feedback_id"]
    for feedback_id, status in ((private, 404), (public.id, 302)):
        address = f"/w/{world.workspace.slug}/feedback/{feedback_id}/remove/"
        assert client.post(address, {"reason": "人身攻击"}).status_code == status
    public.refresh_from_db()
    assert (public.public, public.removed_at is not None) == (True, True)
