"""Data tables and nothing else: what the libraries do, each row with its source."""
