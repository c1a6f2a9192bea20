from django.apps import AppConfig


class ThemesConfig(AppConfig):
    name = "huixiang.themes"
    label = "themes"
