"""The brand's own app or service over the API: it sends messages in and fetches the answers to show them."""
