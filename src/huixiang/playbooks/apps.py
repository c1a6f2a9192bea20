from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.playbooks"
    label = "playbooks"
