from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "huixiang.api"
    label = "api"
