"""Figures read from everything below: in this first form what the portal's first page and the desk show."""
