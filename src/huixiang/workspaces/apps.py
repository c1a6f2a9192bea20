from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "huixiang.workspaces"
    label = "workspaces"
