"""The project as it should not be."""
