from django.apps import AppConfig


class ThemesConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.themes"
    label = "themes"
