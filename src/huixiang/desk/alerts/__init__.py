"""Early warnings and everything else that cannot wait: the list, one alert, what somebody wants to hear."""
