"""What a grade sets in motion.

In this first form: the response standard (how long until the first answer) and who becomes the owner; steps,
escalation and war rooms follow.
"""
