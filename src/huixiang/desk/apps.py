from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.desk"
    label = "desk"
