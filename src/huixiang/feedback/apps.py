from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "huixiang.feedback"
    label = "feedback"
