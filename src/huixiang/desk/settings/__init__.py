"""The workspace, its team, keys, rules, standards and journal."""
