"""E-mail: a mailbox read by IMAP, answers by SMTP; or only answers, by the installation's SMTP server."""
