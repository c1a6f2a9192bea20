"""The ways of critics: how far each went from speaking up to being won back, computed from what happened.

Nouns: a *way* (one matter of one critic), its *stage*, a *lost* way, a *next step*. docs/conversion.md has the words.
"""
