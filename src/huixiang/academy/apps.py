from django.apps import AppConfig


class AcademyConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.academy"
    label = "academy"
