"""The Django application of shared templates and tags."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Shared templates, tags, login and error pages; it has no models."""

    name = "huixiang.ui"
    label = "ui"
