"""Webhooks going out (Standard Webhooks): endpoints, what was sent to them and what they answered."""
