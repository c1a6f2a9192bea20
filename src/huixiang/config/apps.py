"""At start-up the event table is handed down to the journal."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Joins the parts once all of them are loaded."""

    name = "huixiang.config"
    label = "config"

    def ready(self) -> None:
        """Tell the journal which jobs follow which events, and members who keeps what of a person."""
        from huixiang.api import telling  # noqa: PLC0415
        from huixiang.config.subscriptions import (  # noqa: PLC0415 - models must be loaded first
            ERASURE,
            JOINING,
            SUBSCRIPTIONS,
        )
        from huixiang.journal import dispatch  # noqa: PLC0415
        from huixiang.members import traces  # noqa: PLC0415

        dispatch.subscribe(SUBSCRIPTIONS, telling.asked())
        traces.hand_down(erasure=ERASURE, joining=JOINING)
