from django.apps import AppConfig


class WarRoomsConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.war_rooms"
    label = "war_rooms"
