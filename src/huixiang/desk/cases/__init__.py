"""One case: conversation, composer, assessment."""
