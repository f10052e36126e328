"""Where the lines of a text begin, which line feeds end: between offsets and places."""

from __future__ import annotations

from itertools import accumulate


def line_starts(text: str) -> list[int]:
    """The offset (0-based, in code points) at which each line of a text begins, and that of one more after the last."""
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))]


def place_in(text: str, offset: int) -> tuple[int, int]:
    """The line and the column (both 1-based) of a 0-based offset in a text, where not many are asked for."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
