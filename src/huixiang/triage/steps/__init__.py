"""The steps of the pipeline: each a function over a batch that reads what it needs and writes its part of the signals.

A step leaves a finding on every signal it judged, is deterministic for a version of the models, and costs a fixed
number of statements whatever the batch.
"""
