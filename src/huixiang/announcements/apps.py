from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.announcements"
    label = "announcements"
