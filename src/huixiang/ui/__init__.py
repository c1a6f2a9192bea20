"""What every page shares: base templates, template tags, login and error pages, their words.

The styles and browser code come from ``frontend/``; its README shows the markup of every component.
"""
