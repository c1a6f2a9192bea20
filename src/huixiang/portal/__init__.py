"""The pages of the community: the board, saying something, following it, announcements, one's own page."""
