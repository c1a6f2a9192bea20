from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "huixiang.channels"
    label = "channels"
