"""The scenarios as data, one file each in both languages, and reading them."""
