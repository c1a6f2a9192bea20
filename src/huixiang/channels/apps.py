from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.channels"
    label = "channels"
