"""Connectors are registered at start-up."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """Registers the connectors with channels."""

    name = "huixiang.connectors"
    label = "connectors"

    def ready(self) -> None:
        """Hand every connector to channels."""
        from huixiang.channels.contracts import register  # noqa: PLC0415 - models must be loaded first
        from huixiang.connectors.declared import CONNECTORS  # noqa: PLC0415

        for connector in CONNECTORS:
            register(connector)
