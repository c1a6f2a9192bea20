from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "huixiang.intake"
    label = "intake"
