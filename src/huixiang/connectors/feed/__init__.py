"""RSS and Atom feeds: what others publish about the brand."""
