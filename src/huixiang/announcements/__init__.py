"""The public answer: what was wrong, what was done, whom to thank, and who must be told.

Nouns: announcement, way (from the first report to the fix, read from the journal), credit (a member's part in it),
notice (one person told), answer (whether it is solved for them).
"""
