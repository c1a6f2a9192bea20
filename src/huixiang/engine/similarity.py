"""When two texts are about one matter."""

from typing import Final

SAME_THEME: Final = 0.66
"""Cosine of two `embed` vectors from which on they are one theme; how it was chosen stands in docs/model-card.md."""
