from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "huixiang.desk"
    label = "desk"
