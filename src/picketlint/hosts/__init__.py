"""Other linters that picketlint is a plugin of."""
