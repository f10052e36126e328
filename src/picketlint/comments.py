"""The comments of a module, by line. Tokenizing costs more than parsing: ask only where a comment matters."""

from __future__ import annotations

import io

from picketlint.records import NamedTuple


class Comment(NamedTuple):
    """One comment token. ``line`` and ``column`` are 1-based, in code points; ``own_line``: no code before it."""

    line: int
    column: int
    text: str
    own_line: bool


def comments(text: str) -> dict[int, Comment]:
    """Every comment of a module's text, by its line; those up to the fault where the text cannot be tokenized."""
    found: dict[int, Comment] = {}
    if "#" not in text:
        return found
    # Imported here because most files need no comments and it costs a good part of a one-file run.
    import tokenize

    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, offset = token.start
                found[line] = Comment(line, offset + 1, token.string, not token.line[:offset].strip())
    except (tokenize.TokenError, SyntaxError):
        return found
    return found
