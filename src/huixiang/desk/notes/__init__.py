"""Noting a phone call or an interview while it goes on."""
