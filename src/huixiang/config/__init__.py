"""Where the parts are joined: settings, URLs, and which job follows which event."""
