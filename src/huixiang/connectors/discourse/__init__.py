"""Discourse: a forum, by its signed webhooks and its interface."""
