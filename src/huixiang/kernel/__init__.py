"""The ground everything stands on: identifiers, codes, secrets, cursors, jobs, the embedded database.

No models and no product words live here; at most 600 lines in all.
"""
