"""Feedback of every kind, what was gated out, what could not be read."""
