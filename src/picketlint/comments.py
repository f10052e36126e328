"""The comments of a module, by line: read with one pattern, where tokenizing would cost more than parsing.

Comments and strings are all there is to tell apart, for a ``#`` stands in nothing else. What replaces a field of an
f-string may hold strings and comments of its own since Python 3.12 (PEP 701); a text with such a one is tokenized.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from picketlint.records import NamedTuple

_COMMENT_OR_STRING = r"""(?sx)
    \#[^\r\n]*
    | \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3}
    | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* '{3}
    | " [^"\\\n]* (?: \\. [^"\\\n]* )* "
    | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '
"""
_NESTING = sys.version_info >= (3, 12)
_LONGEST_PREFIX = 2


class Comment(NamedTuple):
    """One comment token. ``line`` and ``column`` are 1-based, in code points; ``own_line``: no code before it."""

    line: int
    column: int
    text: str
    own_line: bool


def comments(text: str) -> dict[int, Comment]:
    """Every comment of a module's text, by its line. Of a text that is no Python, what looks like one."""
    found: dict[int, Comment] = {}
    if "#" not in text:
        return found
    line, counted = 1, 0
    for start, comment in _scanned(text):
        line += text.count("\n", counted, start)
        counted = start
        beginning = text.rfind("\n", 0, start) + 1
        own_line = not text[beginning:start].strip()
        found[line] = Comment(line, start - beginning + 1, comment, own_line)
    return found


def _scanned(text: str) -> list[tuple[int, str]]:
    """Where each comment begins, and the comment."""
    found: list[tuple[int, str]] = []
    for match in re.finditer(_COMMENT_OR_STRING, text):
        part = match.group()
        if part[0] == "#":
            found.append((match.start(), part))
        elif (
            _NESTING and "{" in part and _may_nest(part, text[max(match.start() - _LONGEST_PREFIX, 0) : match.start()])
        ):
            return list(_tokenized(text))
    return found


def _may_nest(part: str, before: str) -> bool:
    """Whether what looks like a string can be the beginning of one whose fields hold quotes or comments."""
    if not before.lower().endswith(("f", "fr", "t", "tr")):
        return False
    content = part[3:-3] if part.startswith(('"' * 3, "'" * 3)) else part[1:-1]
    fields = re.sub(r"\{\{|\}\}", "", content)
    return any(sign in content for sign in "\"'#") or fields.count("{") != fields.count("}")


def _tokenized(text: str) -> Iterator[tuple[int, str]]:
    """The same from Python's own tokenizer; up to the fault where the text cannot be tokenized."""
    import io
    import tokenize

    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, SyntaxError):
        return
