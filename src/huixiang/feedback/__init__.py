"""The feedback itself: a message, or a few in a row, worth keeping, as the engine read it and triage graded it."""
