"""War rooms: the board, one room, its review, and what is kept about how rooms are run."""
