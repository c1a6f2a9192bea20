"""From a raw message to a graded feedback in the right case and theme.

Nouns: signal (a message, or a few in a row, on the way through the pipeline), finding (what a step concluded: value,
confidence, reason), assessment (the four dials and the grade), grade rule (a row of the decision table), correction
(a person's better judgement, kept to learn from).
"""
