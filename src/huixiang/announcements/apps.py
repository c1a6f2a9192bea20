from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "huixiang.announcements"
    label = "announcements"
