from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.insights"
    label = "insights"
