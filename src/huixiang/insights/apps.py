from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "huixiang.insights"
    label = "insights"
