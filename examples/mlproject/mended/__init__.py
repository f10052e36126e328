"""The same project with every finding mended, or documented where nothing else would do."""
