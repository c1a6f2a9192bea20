"""The handling of one critic's feedback.

Nouns: case (owner, state, stage, clocks), turn (one thing said in it: inbound, outbound, note; public, private,
internal), clock (what is due until when).
"""
