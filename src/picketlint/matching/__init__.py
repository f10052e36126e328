"""What is told from the bytes of a file, before or without a tree of it."""
