"""Messages as they arrived.

Nouns: message (raw, with what the pipeline found in it), idempotency key (channel account and the platform's id: what
keeps a message from being stored twice), follow code (how an anonymous author finds the way back), import run.
"""
