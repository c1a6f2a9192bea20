"""The journal 台账: an append-only record of what happened, sealed into one hash chain a workspace.

Nouns: event (what a verb reports: ids and typed fields, never free text), entry (the event as it is kept),
words (the free text beside an entry, which erasure may drop), seal (an entry's place in the chain).
"""
