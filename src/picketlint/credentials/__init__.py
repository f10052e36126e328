"""Credentials in code: what they are called, what they look like, and where one is bound to a name."""
