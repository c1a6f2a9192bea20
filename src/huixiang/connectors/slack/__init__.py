"""Slack: a bot of the workspace, by the Events API and the Web API."""
