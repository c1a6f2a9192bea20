from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.workspaces"
    label = "workspaces"
