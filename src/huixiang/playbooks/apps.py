from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "huixiang.playbooks"
    label = "playbooks"
