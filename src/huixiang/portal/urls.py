"""The addresses of a community, under /c/<slug>/. Follow codes and personal tokens never stay in one.

What `s/` leads to stands in groups: it shows how far something is and nothing of what was said.
"""

from django.urls import path

from huixiang.portal.views import (
    announcements,
    board,
    feedback,
    files,
    follow,
    me,
    search,
    similar,
    standing,
    submit,
    themes,
)

app_name = "portal"
urlpatterns = [
    path("", board.board, name="board"),
    path("similar/", similar.similar, name="similar"),
    path("search/", search.search, name="search"),
    path("say/", submit.submit, name="submit"),
    path("say/received/", submit.received, name="received"),
    path("follow/", follow.follow, name="follow"),
    path("follow/reply/", follow.reply, name="follow_reply"),
    path("follow/solved/", follow.solved, name="follow_solved"),
    path("follow/leave/", follow.leave, name="follow_leave"),
    path("f/<uuid:feedback_id>/", feedback.feedback, name="feedback"),
    path("f/<uuid:feedback_id>/reply/", feedback.reply, name="feedback_reply"),
    path("s/<str:standing>/", standing.standing, name="standing"),
    path("files/", files.upload, name="files"),
    path("files/waiting/<str:ticket>/", files.waiting, name="file_waiting"),
    path("files/shared/<str:token>/", files.by_link, name="file_shared"),
    path("files/<uuid:attachment_id>/", files.download, name="file"),
    path("files/<uuid:attachment_id>/picture/", files.picture, name="file_picture"),
    path("files/<uuid:attachment_id>/thumb/", files.thumb, name="file_thumb"),
    path("t/<uuid:theme_id>/", themes.theme, name="theme"),
    path("t/<uuid:theme_id>/vote/", themes.vote, name="vote"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/<uuid:announcement_id>/", announcements.announcement, name="announcement"),
    path("announcements/<uuid:announcement_id>/answer/", announcements.answer, name="answer"),
    path("announcements/<uuid:announcement_id>/consent/", announcements.consent, name="announcement_consent"),
    path("me/", me.me, name="me"),
    path("me/consent/", me.consent, name="consent"),
    path("me/name/", me.rename, name="me_rename"),
    path("me/export/", me.export, name="me_export"),
    path("me/export/progress/", me.export_progress, name="me_export_progress"),
    path("me/export/<uuid:data_export_id>/", me.export_file, name="me_export_file"),
    path("me/erase/", me.erase, name="me_erase"),
    path("me/erase/undo/", me.undo_erase, name="me_erase_undo"),
    path("me/cases/<uuid:case_id>/reply/", me.reply, name="me_reply"),
    path("me/cases/<uuid:case_id>/solved/", me.solved, name="me_solved"),
]
