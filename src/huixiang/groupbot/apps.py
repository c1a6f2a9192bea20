from django.apps import AppConfig


class GroupbotConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.groupbot"
    label = "groupbot"
