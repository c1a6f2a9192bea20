"""Messages by signed webhooks (Standard Webhooks), from whatever can sign and send JSON."""
