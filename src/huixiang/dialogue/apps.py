from django.apps import AppConfig


class DialogueConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.dialogue"
    label = "dialogue"

    def ready(self) -> None:
        """Offer macros to the inbox."""
        from huixiang.dialogue import running  # noqa: PLC0415 - models must be loaded first

        running.offer()
