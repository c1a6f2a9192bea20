from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.triage"
    label = "triage"

    def ready(self) -> None:
        """Offer the change of many grades to the inbox."""
        from huixiang.triage import regrading  # noqa: PLC0415 - models must be loaded first

        regrading.offer()
