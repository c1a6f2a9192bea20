"""The academy: scenarios answered turn by turn, courses, who passed what."""
