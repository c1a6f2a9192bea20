"""The people of a community.

Nouns: member (one person in one workspace), identity (one of the names they have on a channel), tier (how close to
the brand: plain, active, KOC, core KOC), consent (whether and how they may be thanked by name).
"""
