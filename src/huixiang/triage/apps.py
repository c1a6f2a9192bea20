from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.triage"
    label = "triage"
