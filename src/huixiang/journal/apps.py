from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.journal"
    label = "journal"
