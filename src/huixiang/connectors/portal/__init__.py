"""The community's own pages: what is said on the board or alone, and answered on the member's page."""
