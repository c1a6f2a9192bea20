from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PortalConfig(AppConfig):
    """Makes the package known to Django, and forgets at a login what the device followed without a name."""

    name = "huixiang.portal"
    label = "portal"

    def ready(self) -> None:
        """Connect what happens at a login."""
        from huixiang.portal.anonymity import forget_at_login  # noqa: PLC0415 - models are ready only now

        user_logged_in.connect(forget_at_login, dispatch_uid="portal.forget_at_login")
