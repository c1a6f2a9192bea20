"""Telegram: a bot, by the Bot API's webhook."""
