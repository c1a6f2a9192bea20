"""Huixiang 回响: feedback from a brand's community, heard, solved and answered in public."""

__version__ = "0.1.0"
