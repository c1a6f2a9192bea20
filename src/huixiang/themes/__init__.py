"""One matter that many feedbacks are about.

Nouns: theme (with status, root cause, fix, version), merge (which theme went into which, and back), vote (我也是:
somebody says the same without words of their own).
"""
