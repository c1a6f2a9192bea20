"""Themes by impact, and one theme's whole matter."""
