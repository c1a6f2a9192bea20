from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """Makes the package known to Django."""

    name = "huixiang.playbooks"
    label = "playbooks"

    def ready(self) -> None:
        """Let clocks be counted by the workspace's standards."""
        from huixiang.cases.clocks_allowed import ask_of  # noqa: PLC0415 - models must be loaded first
        from huixiang.playbooks.standards import allowances  # noqa: PLC0415 - the same

        ask_of(allowances)
