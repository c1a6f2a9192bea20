"""The academy's pages: courses, practising a scenario, results, what a role needs for red cases."""
