"""Public reviews in Apple's App Store."""
