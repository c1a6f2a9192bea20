"""Matrix: a bot in rooms of any homeserver, which hears by a line of its own and answers in threads."""
