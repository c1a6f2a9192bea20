"""Playbooks in the settings, their steps on the case, and everybody's own steps."""
