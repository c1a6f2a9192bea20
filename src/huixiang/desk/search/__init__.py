"""Finding anything in the workspace: the page with what was found in groups, and the palette of commands."""
