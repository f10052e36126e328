"""Jupyter notebooks: from bytes to cells, from cells to one module that rules can look at, and back to the cells."""
