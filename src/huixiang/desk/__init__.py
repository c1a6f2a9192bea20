"""The pages of staff: a room for each domain (inbox, cases, themes, announcements, channels, settings)."""
