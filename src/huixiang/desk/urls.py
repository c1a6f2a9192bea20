"""The desk's addresses, all of one workspace."""

from django.urls import path

from huixiang.desk.academy import playing as academy_playing
from huixiang.desk.academy import requirements as academy_requirements
from huixiang.desk.academy import team as academy_team
from huixiang.desk.academy import views as academy
from huixiang.desk.alerts import verbs as alert_verbs
from huixiang.desk.alerts import views as alerts
from huixiang.desk.alerts import wishes as alert_wishes
from huixiang.desk.announcements import coach as announcement_coach
from huixiang.desk.announcements import views as announcements
from huixiang.desk.cases import coach as case_coach
from huixiang.desk.cases import files as case_files
from huixiang.desk.cases import handing as case_handing
from huixiang.desk.cases import opinions as case_opinions
from huixiang.desk.cases import replying as case_replying
from huixiang.desk.cases import tags as case_tags
from huixiang.desk.cases import verbs as case_verbs
from huixiang.desk.cases import views as cases
from huixiang.desk.channels import account as channel
from huixiang.desk.channels import changing, connecting, imports, mappings
from huixiang.desk.channels import undoing as import_undoing
from huixiang.desk.channels import views as channels
from huixiang.desk.dialogue import casework as dialogue
from huixiang.desk.dialogue import macros as dialogue_macros
from huixiang.desk.dialogue import templates as dialogue_templates
from huixiang.desk.dialogue import verdicts
from huixiang.desk.feedback import copies as feedback_copies
from huixiang.desk.feedback import correcting as feedback_correcting
from huixiang.desk.feedback import views as feedback
from huixiang.desk.inbox import bulk as inbox_bulk
from huixiang.desk.inbox import saved as saved_views
from huixiang.desk.inbox import views as inbox
from huixiang.desk.insights import views as insights
from huixiang.desk.members import verbs as member_verbs
from huixiang.desk.members import views as members
from huixiang.desk.notes import views as notes
from huixiang.desk.playbooks import editor as playbook_editor
from huixiang.desk.playbooks import now as playbook_now
from huixiang.desk.playbooks import rotas as playbook_rotas
from huixiang.desk.playbooks import said as playbook_said
from huixiang.desk.playbooks import steps as playbook_steps
from huixiang.desk.playbooks import views as playbooks
from huixiang.desk.search import views as search
from huixiang.desk.settings import alerts as settings_alerts
from huixiang.desk.settings import bot as settings_bot
from huixiang.desk.settings import calendar as settings_calendar
from huixiang.desk.settings import learning as settings_learning
from huixiang.desk.settings import llm as settings_llm
from huixiang.desk.settings import red_lines as settings_red_lines
from huixiang.desk.settings import rules as settings_rules
from huixiang.desk.settings import standards as settings_standards
from huixiang.desk.settings import tags as settings_tags
from huixiang.desk.settings import team as settings_team
from huixiang.desk.settings import views as settings
from huixiang.desk.settings import webhooks as settings_webhooks
from huixiang.desk.themes import exporting as theme_exporting
from huixiang.desk.themes import merging as theme_merging
from huixiang.desk.themes import splitting as theme_splitting
from huixiang.desk.themes import steps as theme_steps
from huixiang.desk.themes import theme as theme_page
from huixiang.desk.themes import verbs as theme_verbs
from huixiang.desk.themes import views as themes
from huixiang.desk.themes import watching as theme_watching
from huixiang.desk.war_rooms import board as war_board
from huixiang.desk.war_rooms import ending as war_ending
from huixiang.desk.war_rooms import habits as war_habits
from huixiang.desk.war_rooms import joining as war_joining
from huixiang.desk.war_rooms import record as war_record
from huixiang.desk.war_rooms import room as war_room
from huixiang.desk.war_rooms import saying as war_saying
from huixiang.desk.war_rooms import verbs as war_verbs

app_name = "desk"
CASE = "cases/<uuid:case_id>/"
FEEDBACK = "feedback/<uuid:feedback_id>/"
THEME = "themes/<uuid:theme_id>/"
ROOM = "war-rooms/<uuid:room_id>/"
STATEMENT = ROOM + "statement/<uuid:statement_id>/"
ANNOUNCEMENT = "announcements/<uuid:announcement_id>/"
MEMBER = "members/<uuid:member_id>/"
RUN = "channels/imports/<uuid:run_id>/"
INVITATION = "settings/team/invitations/<uuid:invitation_id>/"
BULK = "inbox/bulk/<uuid:bulk_id>/"
VIEW = "inbox/views/<uuid:view_id>/"
CHANNEL = "channels/<uuid:account_id>/"
TEMPLATE = "settings/templates/<uuid:template_id>/"
WEBHOOK = "settings/webhooks/<uuid:endpoint_id>/"
WEBHOOK_MESSAGE = "settings/webhooks/messages/<uuid:webhook_message_id>/"

PLAYBOOK = "settings/playbooks/<uuid:playbook_id>/"

urlpatterns = [
    path("", inbox.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/palette/", search.palette, name="palette"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/news/", inbox.news, name="inbox_news"),
    path("inbox/fresh/", inbox.fresh, name="inbox_fresh"),
    path("inbox/badge/", inbox.badge, name="inbox_badge"),
    path("inbox/filters/", inbox.filters, name="inbox_filters"),
    path("inbox/mark/", inbox.mark, name="inbox_mark"),
    path("inbox/bulk/", inbox_bulk.start, name="inbox_bulk"),
    path(BULK, inbox_bulk.progress, name="bulk_progress"),
    path(BULK + "undo/", inbox_bulk.undo, name="bulk_undo"),
    path(BULK + "anyway/", inbox_bulk.anyway, name="bulk_anyway"),
    path("inbox/views/save/", saved_views.save, name="view_save"),
    path(VIEW + "change/", saved_views.change, name="view_change"),
    path(VIEW + "refit/", saved_views.refit, name="view_refit"),
    path(VIEW + "move/", saved_views.move, name="view_move"),
    path(VIEW + "delete/", saved_views.delete, name="view_delete"),
    path(VIEW + "restore/", saved_views.restore, name="view_restore"),
    path("inbox/<uuid:case_id>/", inbox.pane, name="inbox_pane"),
    path(CASE, cases.case, name="case"),
    path(CASE + "reply/", case_replying.reply, name="case_reply"),
    path(CASE + "stage/", dialogue.stage, name="case_stage"),
    path(CASE + "details/", dialogue.detail, name="case_detail"),
    path(CASE + "snooze/", dialogue.snooze, name="case_snooze"),
    path(CASE + "templates/", dialogue.choose, name="case_templates"),
    path(CASE + "comfort/", dialogue.comforting, name="case_comfort"),
    path(CASE + "public-word/", dialogue.public_word, name="case_public_word"),
    path("answers/<uuid:pending_id>/decide/", case_replying.decide, name="pending_decide"),
    path("answers/<uuid:pending_id>/heard/", verdicts.heard, name="pending_heard"),
    path("scheduled/<uuid:scheduled_id>/", case_replying.scheduled, name="scheduled_act"),
    path(CASE + "draft/", case_opinions.draft, name="case_draft"),
    path("coach/", case_coach.read, name="coach"),
    path("opinions/<uuid:opinion_id>/settle/", case_opinions.settle, name="opinion_settle"),
    path(CASE + "assign/", case_verbs.assign, name="case_assign"),
    path(CASE + "grade/", case_verbs.grade, name="case_grade"),
    path(CASE + "end/", case_verbs.end, name="case_end"),
    path(CASE + "reopen/", case_verbs.reopen, name="case_reopen"),
    path(CASE + "turns/<uuid:turn_id>/original/", case_verbs.original, name="case_original"),
    path("notes/", notes.form, name="notes"),
    path("notes/people/", notes.people, name="note_people"),
    path("notes/save/", notes.save, name="note_save"),
    path("deliveries/<uuid:delivery_id>/called/", notes.called, name="called"),
    path(CASE + "here/", case_handing.here, name="case_here"),
    path(CASE + "handing/", case_handing.form, name="case_handing"),
    path(CASE + "hand-over/", case_handing.hand_over, name="case_hand_over"),
    path(CASE + "take/", case_handing.take, name="case_take"),
    path(CASE + "give-back/", case_handing.give_back, name="case_give_back"),
    path("files/", case_files.upload, name="files"),
    path("files/waiting/<str:ticket>/", case_files.waiting, name="file_waiting"),
    path("files/waiting/<str:ticket>/pdf/", case_files.waiting_pdf, name="file_waiting_pdf"),
    path("files/<uuid:attachment_id>/", case_files.download, name="file"),
    path("files/<uuid:attachment_id>/picture/", case_files.picture, name="file_picture"),
    path("files/<uuid:attachment_id>/pdf/", case_files.pdf, name="file_pdf"),
    path("files/<uuid:attachment_id>/words/", case_files.words, name="file_words"),
    path("files/<uuid:attachment_id>/thumb/", case_files.thumb, name="file_thumb"),
    path("files/<uuid:attachment_id>/shown/", case_files.shown, name="file_shown"),
    path("files/<uuid:attachment_id>/again/", case_files.again, name="file_again"),
    path(CASE + "tags/complete/", case_tags.complete, name="case_tag_complete"),
    path(CASE + "tags/add/", case_tags.add, name="case_tag_add"),
    path(CASE + "tags/<uuid:tag_id>/remove/", case_tags.remove, name="case_tag_remove"),
    path("deliveries/<uuid:delivery_id>/again/", channels.send_again, name="send_again"),
    path("feedback/", feedback.listing, name="feedback"),
    path(FEEDBACK, feedback.detail, name="feedback_detail"),
    path(FEEDBACK + "copies/", feedback_copies.listing, name="feedback_copies"),
    path(FEEDBACK + "remove/", feedback.remove, name="feedback_remove"),
    path(FEEDBACK + "correct/", feedback_correcting.correct, name="feedback_correct"),
    path("corrections/<uuid:correction_id>/undo/", feedback_correcting.undo, name="correction_undo"),
    path("messages/<uuid:message_id>/keep/", feedback.keep, name="message_keep"),
    path("messages/<uuid:message_id>/again/", feedback.again, name="message_again"),
    path("alerts/", alerts.listing, name="alerts"),
    path("alerts/badge/", alerts.badge, name="alerts_badge"),
    path("alerts/mine/", alert_wishes.mine, name="alerts_mine"),
    path("alerts/do/", alert_verbs.many, name="alerts_many"),
    path("alerts/notices/<uuid:notice_id>/again/", alert_verbs.again, name="alert_again"),
    path("alerts/<uuid:alert_id>/", alerts.detail, name="alert"),
    path("alerts/<uuid:alert_id>/do/", alert_verbs.one, name="alert_do"),
    path("themes/", themes.listing, name="themes"),
    path("themes/alike/", themes.alike, name="themes_alike"),
    path("themes/proposals/", theme_watching.proposals, name="themes_proposals"),
    path("themes/proposals/<uuid:proposal_id>/accept/", theme_watching.accept, name="proposal_accept"),
    path("themes/proposals/<uuid:proposal_id>/refuse/", theme_watching.refuse, name="proposal_refuse"),
    path("themes/warnings/<uuid:warning_id>/", theme_watching.acknowledge, name="warning_acknowledge"),
    path("themes/merge/", theme_merging.merging, name="themes_merging"),
    path("themes/merges/undo/", theme_merging.undo_merges, name="merges_undo"),
    path("themes/merges/<uuid:merge_id>/undo/", theme_merging.undo_merge, name="merge_undo"),
    path("themes/moves/<uuid:move_id>/undo/", theme_splitting.undo, name="theme_move_undo"),
    path("themes/export/", theme_exporting.export_listed, name="themes_export"),
    path("exports/<uuid:export_id>/", theme_exporting.export, name="export"),
    path("exports/<uuid:export_id>/progress/", theme_exporting.progress, name="export_progress"),
    path("exports/<uuid:export_id>/file/", theme_exporting.export_file, name="export_file"),
    path("war-rooms/", war_board.board, name="war_rooms"),
    path("war-rooms/badge/", war_board.badge, name="war_rooms_badge"),
    path("war-rooms/line/", war_board.line, name="war_room_line"),
    path("war-rooms/open/", war_board.open_room, name="war_room_open"),
    path("war-rooms/habits/", war_habits.habits, name="war_room_habits"),
    path("war-rooms/habits/save/", war_habits.save, name="war_room_habits_save"),
    path("war-rooms/changes/<uuid:task_id>/", war_ending.settle_change, name="war_room_change"),
    path(CASE + "acknowledge/", war_board.acknowledge, name="case_acknowledge"),
    path(ROOM, war_room.room, name="war_room"),
    path(ROOM + "join/", war_joining.join, name="war_room_join"),
    path(ROOM + "join/<uuid:room_joining_id>/part/", war_joining.part, name="war_room_part"),
    path(ROOM + "apart/", war_joining.apart, name="war_room_apart"),
    path(ROOM + "news/", war_room.news, name="war_room_news"),
    path(ROOM + "print/", war_record.printed, name="war_room_print"),
    path(ROOM + "record.<str:suffix>", war_record.file, name="war_room_file"),
    path(ROOM + "people/", war_verbs.seat, name="war_room_seat"),
    path(ROOM + "people/<uuid:seat_id>/leave/", war_verbs.leave, name="war_room_leave"),
    path(ROOM + "facts/", war_verbs.fact, name="war_room_fact"),
    path(ROOM + "facts/<uuid:fact_id>/", war_verbs.judge_fact, name="war_room_fact_judge"),
    path(ROOM + "questions/", war_verbs.question, name="war_room_question"),
    path(ROOM + "questions/<uuid:question_id>/", war_verbs.settle_question, name="war_room_question_settle"),
    path(ROOM + "decisions/", war_verbs.decision, name="war_room_decision"),
    path(ROOM + "notes/", war_verbs.note, name="war_room_note"),
    path(ROOM + "updates/", war_verbs.update, name="war_room_update"),
    path(ROOM + "statement/", war_saying.write, name="war_room_statement"),
    path(STATEMENT + "ask/", war_saying.ask, name="war_room_statement_ask"),
    path(STATEMENT + "judge/", war_saying.judge, name="war_room_statement_judge"),
    path(STATEMENT + "use/", war_saying.use, name="war_room_statement_use"),
    path(ROOM + "close/", war_ending.close, name="war_room_close"),
    path(ROOM + "reopen/", war_ending.reopen, name="war_room_reopen"),
    path(THEME, theme_page.theme, name="theme"),
    path(THEME + "describe/", theme_verbs.describe, name="theme_describe"),
    path(THEME + "moving/", theme_steps.moving, name="theme_moving"),
    path(THEME + "move/", theme_steps.move, name="theme_move"),
    path(THEME + "changes/<uuid:change_id>/undo/", theme_steps.undo, name="theme_change_undo"),
    path(THEME + "merge/", theme_merging.merge, name="theme_merge"),
    path(THEME + "part/", theme_merging.part, name="theme_part"),
    path(THEME + "split/", theme_splitting.splitting, name="theme_splitting"),
    path(THEME + "split/preview/", theme_splitting.preview, name="theme_split_preview"),
    path(THEME + "split/pick/", theme_splitting.pick, name="theme_split_pick"),
    path(THEME + "split/do/", theme_splitting.split, name="theme_split"),
    path(THEME + "take/", theme_splitting.take, name="theme_take"),
    path(THEME + "resolve/", theme_verbs.resolve, name="theme_resolve"),
    path(THEME + "export/", theme_exporting.export_theme, name="theme_export"),
    path("insights/", insights.overview, name="insights"),
    path("insights/critics/", insights.critics, name="insights_critics"),
    path("insights/critics.<str:form>", insights.table, name="insights_critics_table"),
    path("members/", members.listing, name="members"),
    path("members/tiers/", member_verbs.tiers, name="member_tiers"),
    path("members/two/", member_verbs.choose_two, name="members_two"),
    path("members/pairs/", members.pairs, name="member_pairs"),
    path("members/table.<str:form>", members.table, name="member_table"),
    path("members/identities/<uuid:identity_id>/part/", member_verbs.part, name="member_part"),
    path("members/joinings/<uuid:joining_id>/undo/", member_verbs.undo_joining, name="joining_undo"),
    path("members/exports/<uuid:data_export_id>/", member_verbs.export_file, name="member_export_file"),
    path(MEMBER, members.member, name="member"),
    path(MEMBER + "describe/", member_verbs.describe, name="member_describe"),
    path(MEMBER + "note/", member_verbs.note, name="member_note"),
    path(MEMBER + "contacts/", member_verbs.contacts, name="member_contacts"),
    path(MEMBER + "join/<uuid:other_id>/", members.join_preview, name="member_join"),
    path(MEMBER + "join/<uuid:other_id>/now/", member_verbs.join, name="member_join_now"),
    path(MEMBER + "apart/<uuid:other_id>/", member_verbs.keep_apart, name="member_apart"),
    path(MEMBER + "apart/<uuid:other_id>/undo/", member_verbs.propose_again, name="member_apart_undo"),
    path(MEMBER + "erase/", member_verbs.erase, name="member_erase"),
    path(MEMBER + "erase/undo/", member_verbs.undo_erase, name="member_erase_undo"),
    path(MEMBER + "export/", member_verbs.export, name="member_export"),
    path(MEMBER + "export/progress/", member_verbs.export_progress, name="member_export_progress"),
    path("announcements/", announcements.listing, name="announcements"),
    path(ANNOUNCEMENT, announcements.announcement, name="announcement"),
    path(ANNOUNCEMENT + "save/", announcements.save, name="announcement_save"),
    path(ANNOUNCEMENT + "coach/", announcement_coach.read, name="announcement_coach"),
    path(ANNOUNCEMENT + "consent/", announcements.ask_consent, name="announcement_consent"),
    path(ANNOUNCEMENT + "publish/", announcements.publish, name="announcement_publish"),
    path(ANNOUNCEMENT + "telling/", announcements.telling, name="announcement_telling"),
    path(ANNOUNCEMENT + "telling/act/", announcements.pause_telling, name="announcement_pause"),
    path(ANNOUNCEMENT + "credits/<uuid:credit_id>/drop/", announcements.drop_credit, name="credit_drop"),
    path("channels/", channels.listing, name="channels"),
    path("channels/connect/", connecting.connect, name="channel_connect"),
    path(CHANNEL, channel.account, name="channel"),
    path(CHANNEL + "first/", channel.first, name="channel_first"),
    path(CHANNEL + "check/", changing.check, name="channel_check"),
    path(CHANNEL + "test/", changing.test, name="channel_test"),
    path(CHANNEL + "tested/", changing.tested, name="channel_tested"),
    path(CHANNEL + "settings/", changing.settings, name="channel_settings"),
    path(CHANNEL + "act/", changing.act, name="channel_act"),
    path("channels/import/", imports.choose, name="import"),
    path("channels/import/upload/", imports.upload, name="import_upload"),
    path("channels/import/<str:token>/", imports.mapping, name="import_mapping"),
    path("channels/import/<str:token>/start/", imports.start, name="import_start"),
    path("channels/import/<str:token>/save/", imports.save, name="import_mapping_save"),
    path("channels/mappings/<uuid:saved_mapping_id>/rename/", mappings.rename, name="import_mapping_rename"),
    path("channels/mappings/<uuid:saved_mapping_id>/remove/", mappings.remove, name="import_mapping_remove"),
    path(RUN, imports.run, name="import_run"),
    path(RUN + "progress/", imports.progress, name="import_progress"),
    path(RUN + "refused.csv", imports.refused_csv, name="import_refused"),
    path(RUN + "undo/", import_undoing.confirm, name="import_undo"),
    path(RUN + "kept.csv", import_undoing.kept_csv, name="import_kept"),
    path("academy/", academy.overview, name="academy"),
    path("academy/courses/<slug:course>/", academy.course, name="academy_course"),
    path("academy/scenarios/<slug:scenario>/", academy_playing.scenario, name="academy_scenario"),
    path("academy/scenarios/<slug:scenario>/start/", academy_playing.start, name="academy_start"),
    path("academy/talks/<uuid:attempt_id>/", academy_playing.attempt, name="academy_attempt"),
    path("academy/talks/<uuid:attempt_id>/answer/", academy_playing.answer, name="academy_answer"),
    path("academy/talks/<uuid:attempt_id>/leave/", academy_playing.leave, name="academy_leave"),
    path("academy/team/", academy_team.team, name="academy_team"),
    path("academy/team/results.<str:form>", academy_team.table, name="academy_table"),
    path("academy/team/<uuid:membership_id>/", academy_team.person, name="academy_person"),
    path("academy/needed/", academy_requirements.requirements, name="academy_requirements"),
    path("settings/", settings.workspace_settings, name="settings"),
    path("settings/save/", settings.save_workspace, name="settings_save"),
    path("settings/team/", settings_team.team, name="settings_team"),
    path("settings/team/invite/", settings_team.invite, name="team_invite"),
    path(INVITATION + "again/", settings_team.invite_again, name="invitation_again"),
    path(INVITATION + "link/", settings_team.link, name="invitation_link"),
    path(INVITATION + "revoke/", settings_team.revoke, name="invitation_revoke"),
    path("settings/team/<uuid:membership_id>/role/", settings_team.role, name="team_role"),
    path("settings/team/<uuid:membership_id>/remove/", settings_team.remove, name="team_remove"),
    path("settings/keys/", settings.keys, name="settings_keys"),
    path("settings/keys/create/", settings.create_key, name="settings_key_create"),
    path("settings/keys/<uuid:key_id>/revoke/", settings.revoke_key, name="settings_key_revoke"),
    path("settings/alerts/", settings_alerts.alerts, name="settings_alerts"),
    path("settings/alerts/rules/", settings_alerts.save_rules, name="alert_rules_save"),
    path("settings/alerts/quiet/", settings_alerts.save_quiet, name="alert_quiet_save"),
    path("settings/alerts/add/", settings_alerts.add, name="alert_add"),
    path("settings/alerts/<uuid:target_id>/", settings_alerts.act, name="alert_act"),
    path("settings/bot/", settings_bot.bot, name="settings_bot"),
    path("settings/bot/<slug:slug>/save/", settings_bot.save, name="settings_bot_save"),
    path("settings/bot/groups/<uuid:conversation_id>/", settings_bot.group, name="bot_group"),
    path("settings/llm/", settings_llm.llm, name="settings_llm"),
    path("settings/llm/save/", settings_llm.save, name="settings_llm_save"),
    path("settings/llm/try/", settings_llm.try_out, name="settings_llm_try"),
    path("settings/rules/", settings_rules.rules, name="settings_rules"),
    path("settings/rules/save/", settings_rules.save_rules, name="settings_rules_save"),
    path("settings/red-lines/", settings_red_lines.red_lines, name="settings_red_lines"),
    path("settings/red-lines/save/", settings_red_lines.save, name="settings_red_lines_save"),
    path("settings/standards/", settings_standards.page, name="settings_standards"),
    path("settings/standards/save/", settings_standards.save, name="settings_standards_save"),
    path("settings/standards/chain/", settings_standards.save_chain, name="escalation_save"),
    path("settings/calendar/", settings_calendar.calendar, name="settings_calendar"),
    path("settings/calendar/save/", settings_calendar.save, name="calendar_save"),
    path("settings/calendar/add/", settings_calendar.add_day, name="calendar_add"),
    path("settings/calendar/<uuid:own_day_id>/remove/", settings_calendar.remove_day, name="calendar_remove"),
    path("settings/calendar/<uuid:own_day_id>/restore/", settings_calendar.restore_day, name="calendar_restore"),
    path("settings/playbooks/", playbooks.listing, name="settings_playbooks"),
    path("settings/playbooks/make/", playbooks.make, name="playbook_make"),
    path("settings/playbooks/retell/", playbooks.retell, name="playbooks_retell"),
    path("settings/rotas/", playbook_rotas.listing, name="settings_rotas"),
    path("settings/rotas/save/", playbook_rotas.save, name="rota_save"),
    path("settings/rotas/<uuid:rota_id>/change/", playbook_rotas.change, name="rota_change"),
    path(PLAYBOOK, playbooks.playbook, name="playbook"),
    path(PLAYBOOK + "edit/", playbook_editor.edit, name="playbook_edit"),
    path(PLAYBOOK + "act/", playbooks.act, name="playbook_act"),
    path(PLAYBOOK + "try/", playbooks.trial, name="playbook_try"),
    path("steps/", playbook_steps.mine, name="my_steps"),
    path("steps/badge/", playbook_steps.badge, name="my_steps_badge"),
    path(CASE + "steps/<uuid:step_id>/", playbook_steps.act, name="case_step"),
    path(CASE + "steps/<uuid:step_id>/words/", playbook_said.words, name="case_step_words"),
    path(CASE + "playbook/", playbook_steps.start, name="case_playbook"),
    path(CASE + "playbook/now/", playbook_now.now, name="case_now"),
    path("settings/learning/", settings_learning.learning, name="settings_learning"),
    path("settings/learning/train/", settings_learning.train, name="learning_train"),
    path("settings/learning/back/", settings_learning.back, name="learning_back"),
    path("settings/learning/<uuid:learned_id>/", settings_learning.learned, name="settings_learned"),
    path("settings/learning/<uuid:learned_id>/progress/", settings_learning.progress, name="learning_progress"),
    path("settings/learning/<uuid:learned_id>/on/", settings_learning.switch_on, name="learning_on"),
    path(CASE + "macros/", dialogue_macros.choose, name="case_macros"),
    path(CASE + "macros/run/", dialogue_macros.run, name="macro_run"),
    path("settings/macros/", dialogue_macros.listing, name="settings_macros"),
    path("settings/macros/new/", dialogue_macros.new, name="macro_new"),
    path("settings/macros/<uuid:macro_id>/", dialogue_macros.one, name="macro"),
    path("settings/macros/<uuid:macro_id>/act/", dialogue_macros.act, name="macro_act"),
    path("settings/templates/", dialogue_templates.listing, name="settings_templates"),
    path("settings/templates/approval/", dialogue_templates.approval, name="approval_save"),
    path("settings/templates/new/", dialogue_templates.new, name="template_new"),
    path(TEMPLATE, dialogue_templates.one, name="template"),
    path(TEMPLATE + "act/", dialogue_templates.act, name="template_act"),
    path("settings/tags/", settings_tags.tags, name="settings_tags"),
    path("settings/tags/create/", settings_tags.create, name="settings_tag_create"),
    path("settings/tags/<uuid:tag_id>/change/", settings_tags.change, name="settings_tag_change"),
    path("settings/tags/<uuid:tag_id>/merge/", settings_tags.merge, name="settings_tag_merge"),
    path("settings/tags/<uuid:tag_id>/delete/", settings_tags.delete, name="settings_tag_delete"),
    path("settings/journal/", settings.journal, name="settings_journal"),
    path("settings/journal/verify/", settings.verify_journal, name="settings_journal_verify"),
    path("settings/webhooks/", settings_webhooks.listing, name="settings_webhooks"),
    path("settings/webhooks/create/", settings_webhooks.create, name="webhook_create"),
    path("settings/webhooks/sources/create/", settings_webhooks.create_source, name="webhook_source_create"),
    path("settings/webhooks/sources/<slug:slug>/", settings_webhooks.source, name="webhook_source"),
    path("settings/webhooks/sources/<slug:slug>/save/", settings_webhooks.save_source, name="webhook_source_save"),
    path(WEBHOOK_MESSAGE, settings_webhooks.message, name="webhook_message"),
    path(WEBHOOK_MESSAGE + "replay/", settings_webhooks.replay, name="webhook_replay"),
    path(WEBHOOK, settings_webhooks.endpoint, name="webhook"),
    path(WEBHOOK + "change/", settings_webhooks.change, name="webhook_change"),
    path(WEBHOOK + "act/", settings_webhooks.act, name="webhook_act"),
    path(WEBHOOK + "replay/", settings_webhooks.replay_failed, name="webhook_replay_failed"),
]
