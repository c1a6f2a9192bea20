"""What a grade sets in motion: who owns a case, how fast it wants an answer, and what is done about it step by step.

A playbook has versions, a version steps. A case runs by the version it began with (`running`); facts tick its steps
(`settling`), people too (`acting`), and those concerned are told (`telling`). `shipped` gives new workspaces four.
"""
