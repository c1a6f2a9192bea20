from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.intake"
    label = "intake"
