"""War rooms: one for each red theme, with who is in, what is known, decisions, the holding statement, the review.

A room opens by itself when a case of the theme turns red, and stays on the board until it is closed with a review.
A red case without a theme has a room of its own, which the theme's room takes over. `Red` is the mark of a red case:
when it turned red, and who took it. `Seat` is a person's part in a room.
"""
