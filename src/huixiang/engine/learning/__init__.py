"""Learning from people: what a workspace's corrections add to the engine's own answers.

Nouns: an *adapter* adds to the logits of the base's answers, by hashed n-grams and by the base's signals; an *example*
is a text with the answers a person gave; the *replay* is a sample of what the base learned from, as figures only, that
holds the adapter where the base is right. Plain numpy and scipy: a server can train without development tools.
"""
