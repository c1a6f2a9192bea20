"""Accounts, failed deliveries, imports."""
