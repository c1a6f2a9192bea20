"""The bot in a group: acknowledges feedback, asks one thing, tells how far something is, and is quiet otherwise.

Nouns: manner (how the bot of an account behaves), remark (something it said, or has to say after the quiet hours),
group (what it knows of one: whether it has introduced itself, and who of the team has taken over).
"""
