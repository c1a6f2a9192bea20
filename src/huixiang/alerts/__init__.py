"""Alerts to the staff: where to, of what, and telling them by the services apprise knows."""
