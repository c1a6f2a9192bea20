"""Every page of the product, with something real behind each: where the browser goes to look at all of them.

An address of the desk that is read is either a page here or one of the parts and files named below: test_accessibility
holds it to that, so that a new one must be put somewhere.
"""

import re

from django.urls import URLPattern, reverse

from huixiang.desk.urls import urlpatterns as desk
from huixiang.portal.urls import urlpatterns as portal
from tests.product import Product

# what an address asks for, and the query that finds one: in the demo community, the fullest of its kind
IDS = {
    "case_id": "SELECT t.case_id FROM cases_turn t JOIN cases_case c ON c.id = t.case_id AND c.workspace_id = {w}"
    " WHERE c.state = 'open' GROUP BY t.case_id, c.grade ORDER BY c.grade = 'red' DESC, count(*) DESC, 1",
    "feedback_id": "SELECT id FROM feedback_feedback WHERE workspace_id = {w} AND public AND theme_id IS NOT NULL"
    " ORDER BY case_id IS NULL, said_at DESC, id",
    "theme_id": "SELECT id FROM themes_theme WHERE workspace_id = {w} AND public AND status <> 'merged'"
    " ORDER BY people_count DESC, id",
    "other_theme_id": "SELECT id FROM themes_theme WHERE workspace_id = {w} AND public AND status <> 'merged'"
    " ORDER BY people_count DESC, id OFFSET 1",
    "announcement_id": "SELECT id FROM announcements_announcement WHERE workspace_id = {w}"
    " ORDER BY published_at DESC NULLS LAST, id",
    "room_id": "SELECT r.id FROM war_rooms_room r JOIN war_rooms_statement s ON s.room_id = r.id"
    " WHERE r.workspace_id = {w} AND r.state = 'open' ORDER BY r.opened_at, r.id",
    "statement_id": "SELECT s.id FROM war_rooms_room r JOIN war_rooms_statement s ON s.room_id = r.id"
    " WHERE r.workspace_id = {w} AND r.state = 'open' ORDER BY r.opened_at, r.id, s.at",
    "member_id": "SELECT m.id FROM members_member m JOIN feedback_feedback f ON f.member_id = m.id"
    " WHERE m.workspace_id = {w} GROUP BY m.id ORDER BY count(*) DESC, m.id",
    "other_id": "SELECT m.id FROM members_member m JOIN feedback_feedback f ON f.member_id = m.id"
    " WHERE m.workspace_id = {w} GROUP BY m.id ORDER BY count(*) DESC, m.id OFFSET 1",
    "run_id": "SELECT id FROM intake_importrun WHERE workspace_id = {w} ORDER BY refused DESC, id",
    "export_id": "SELECT id FROM insights_export WHERE workspace_id = {w} ORDER BY id",
    "endpoint_id": "SELECT id FROM channels_webhookendpoint WHERE workspace_id = {w} ORDER BY id",
    "webhook_message_id": "SELECT id FROM channels_webhookdelivery WHERE workspace_id = {w} ORDER BY id",
    "learned_id": "SELECT id FROM triage_learnedversion WHERE workspace_id = {w} ORDER BY id",
    "template_id": "SELECT id FROM dialogue_replytemplate WHERE workspace_id = {w} ORDER BY position, id",
    "account_id": "SELECT id FROM channels_channelaccount WHERE workspace_id = {w} ORDER BY kind, id",
    "alert_id": "SELECT id FROM alerts_alert WHERE workspace_id = {w} ORDER BY cardinality(evidence) DESC, id",
    "course": "SELECT 'crisis'",
    "scenario": "SELECT 'rumour'",
    "attempt_id": "SELECT id FROM academy_attempt WHERE workspace_id = {w} ORDER BY state, id",
    "membership_id": "SELECT id FROM workspaces_membership WHERE workspace_id = {w} AND left_at IS NULL ORDER BY id",
    "playbook_id": "SELECT id FROM playbooks_playbook WHERE workspace_id = {w} ORDER BY position, id",
    "slug": "SELECT slug FROM channels_channelaccount WHERE workspace_id = {w} AND kind = 'webhook' ORDER BY id",
}

# name, what follows it; all of them are made for the phone too
DESK = """
search ?q=%E5%90%AF%E5%8A%A8
inbox -
case -
case ?side=1
notes -
feedback -
feedback_detail -
feedback_copies -
themes -
themes ?view=board
themes_proposals -
themes_merging ?theme={theme_id}&theme={other_theme_id}
theme -
theme_splitting -
war_rooms -
war_room -
war_room_print -
war_room_habits -
war_room_close -
war_room_statement_use -
export -
insights -
insights ?days=90&count=cases
insights_critics -
insights_critics ?reached=answered
members -
member_pairs -
member -
member_join -
announcements -
announcement -
channels -
channel_connect -
channel_connect ?kind=api
channel -
channel_settings -
academy -
academy ?state=new
academy_course -
academy_scenario -
academy_attempt -
academy_team -
academy_person -
academy_requirements -
import -
import_run -
import_undo -
settings -
settings_team -
settings_keys -
settings_rules -
settings_red_lines -
settings_standards -
settings_calendar -
settings_calendar ?month=2027-02
settings_playbooks -
settings_rotas -
playbook -
playbook_edit -
playbook_try -
my_steps -
settings_templates -
settings_macros -
macro_new -
template -
template_new -
settings_tags -
settings_llm -
settings_bot -
settings_alerts -
alerts -
alert -
alerts_mine -
settings_learning -
settings_learned -
settings_journal -
settings_webhooks -
webhook -
webhook_source -
webhook_message -
"""
PARTS = """
home palette my_steps_badge case_step_words alerts_badge inbox_badge inbox_filters inbox_pane bulk_progress note_people
case_playbook case_now case_handing case_templates case_comfort case_public_word case_macros macro case_tag_complete
file_waiting file_waiting_pdf file file_pdf file_picture file_thumb file_words file_shown themes_alike theme_moving
theme_split_pick export_progress export_file insights_critics_table member_table member_export_file academy_table
member_export_progress announcement_telling learning_progress import_mapping import_progress import_refused import_kept
channel_first channel_tested war_rooms_badge war_room_line war_room_news war_room_file
"""  # import_mapping is a page, of a file just brought in: the test makes one
PORTAL = """
board -
search ?q=%E5%90%AF%E5%8A%A8
submit -
follow -
feedback -
theme -
announcements -
announcement -
me -
"""
OTHERS = [
    "/", "/accounts/email/", "/accounts/password/change/", "/accounts/sessions/", "/accounts/2fa/", "/accounts/logout/",
    "/api/v1/docs",
]  # fmt: skip
NOBODYS = [
    "/accounts/login/", "/accounts/password/reset/", "/c/demo/", "/c/demo/say/", "/c/demo/follow/", "/",
    "/nothing-here/",
]  # fmt: skip
WORKSPACE = "(SELECT id FROM workspaces_workspace WHERE slug = 'demo')"


def addresses(product: Product) -> list[str]:
    """The path of every page, as somebody of the team may open it."""
    with product.database() as connection:
        ids = {
            name: str(row[0]) if (row := connection.execute(query.replace("{w}", WORKSPACE)).fetchone()) else ""  # type: ignore[arg-type]
            for name, query in IDS.items()
        }
    assert [name for name, value in ids.items() if not value] == []
    desk_pages = [_address(desk, "desk", "workspace", *line.split(), ids) for line in DESK.strip().splitlines()]
    portal_pages = [_address(portal, "portal", "community", *line.split(), ids) for line in PORTAL.strip().splitlines()]
    return desk_pages + portal_pages + OTHERS


def _address(patterns: list[URLPattern], space: str, place: str, name: str, rest: str, ids: dict[str, str]) -> str:
    pattern = next(pattern for pattern in patterns if pattern.name == name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
    path = reverse(f"{space}:{name}", kwargs={place: "demo", **{key: ids[key] for key in wanted}})
    return path if rest == "-" else path + rest.format(**ids)
