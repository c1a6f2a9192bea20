"""The commands of `huixiang`: one module a command, loaded only when it is called.

A command module offers `HELP` (one line), `configure(parser)` and `run(args) -> int`.
`triage` and `train` work on text alone and must not import Django.
"""
