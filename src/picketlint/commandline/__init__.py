"""The command line: its options, its commands, and what it tells about a run."""
