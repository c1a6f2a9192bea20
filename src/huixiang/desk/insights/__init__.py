"""Pages of figures: the funnel of critics and who stands where in it."""
