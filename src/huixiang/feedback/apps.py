from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.feedback"
    label = "feedback"
