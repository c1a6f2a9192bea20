"""Where messages come from and go to.

Nouns: channel account (one mailbox, one app, one import source: a slug in its workspace), conversation (a place in
it where people talk, private or not), delivery (one outgoing message and what became of it). Connectors implement
`contracts.Connector` and register at start-up.
"""
