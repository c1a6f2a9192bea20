"""The addresses of a community, under /c/<slug>/. Follow codes and personal tokens never stay in one."""

from django.urls import path

from huixiang.portal.views import announcements, board, feedback, follow, me, similar, submit, themes

app_name = "portal"
urlpatterns = [
    path("", board.board, name="board"),
    path("similar/", similar.similar, name="similar"),
    path("say/", submit.submit, name="submit"),
    path("say/received/", submit.received, name="received"),
    path("follow/", follow.follow, name="follow"),
    path("follow/reply/", follow.reply, name="follow_reply"),
    path("follow/solved/", follow.solved, name="follow_solved"),
    path("follow/leave/", follow.leave, name="follow_leave"),
    path("f/<uuid:feedback_id>/", feedback.feedback, name="feedback"),
    path("f/<uuid:feedback_id>/reply/", feedback.reply, name="feedback_reply"),
    path("t/<uuid:theme_id>/", themes.theme, name="theme"),
    path("t/<uuid:theme_id>/vote/", themes.vote, name="vote"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/<uuid:announcement_id>/", announcements.announcement, name="announcement"),
    path("announcements/<uuid:announcement_id>/answer/", announcements.answer, name="answer"),
    path("announcements/<uuid:announcement_id>/consent/", announcements.consent, name="announcement_consent"),
    path("me/", me.me, name="me"),
    path("me/consent/", me.consent, name="consent"),
    path("me/cases/<uuid:case_id>/reply/", me.reply, name="me_reply"),
    path("me/cases/<uuid:case_id>/solved/", me.solved, name="me_solved"),
]
