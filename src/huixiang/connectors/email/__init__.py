"""E-mail: answers go out by SMTP (mail coming in follows with the connectors' issue)."""
