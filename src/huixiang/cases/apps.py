from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.cases"
    label = "cases"
