from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.alerts"
    label = "alerts"
