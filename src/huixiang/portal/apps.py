from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.portal"
    label = "portal"
