from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.api"
    label = "api"
