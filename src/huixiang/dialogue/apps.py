from django.apps import AppConfig


class DialogueConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.dialogue"
    label = "dialogue"
