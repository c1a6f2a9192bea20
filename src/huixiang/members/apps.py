from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.members"
    label = "members"
