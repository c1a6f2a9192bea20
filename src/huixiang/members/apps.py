from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "huixiang.members"
    label = "members"
