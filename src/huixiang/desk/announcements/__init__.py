"""Drafts and published announcements, and the editor."""
