"""At start-up the event table is handed down to the journal."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Joins the parts once all of them are loaded."""

    name = "huixiang.config"
    label = "config"

    def ready(self) -> None:
        """Tell the journal which jobs follow which events."""
        from huixiang.config.subscriptions import SUBSCRIPTIONS  # noqa: PLC0415 - models must be loaded first
        from huixiang.journal import dispatch  # noqa: PLC0415

        dispatch.subscribe(SUBSCRIPTIONS)
