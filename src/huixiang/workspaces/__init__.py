"""Who works where: users, workspaces (one brand's space), memberships with roles, API keys, calendars."""
