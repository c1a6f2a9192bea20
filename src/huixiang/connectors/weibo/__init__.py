"""Weibo: private messages to a verified account, by the fans' service platform."""
