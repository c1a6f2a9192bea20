"""One folder a platform: how its messages come in and how answers go out. No connector knows another."""
