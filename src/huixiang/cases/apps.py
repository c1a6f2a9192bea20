from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "huixiang.cases"
    label = "cases"
