"""Learning from people: corrections and what follows from them, and the versions learned from them.

Nouns: correction (one field a person knew better; those of one go share a batch), standing correction (not taken back:
its word stays over the machine's), learned version (an adapter on the engine's models, made from corrections).
"""
