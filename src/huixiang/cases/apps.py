from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.cases"
    label = "cases"

    def ready(self) -> None:
        """Offer what can be done to many cases."""
        from huixiang.cases import bulk_acts  # noqa: PLC0415 - models must be loaded first

        bulk_acts.offer()
