"""War rooms: one for each red theme, with who is in, what is known, decisions, the holding statement, the review."""
