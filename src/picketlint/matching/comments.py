"""The comments of a module, by line: read with one pattern, where tokenizing would cost more than parsing.

Comments and strings are all there is to tell apart, for a ``#`` stands in nothing else. What replaces a field of an
f-string may hold strings and comments of its own since Python 3.12 (PEP 701); a text with such a one is tokenized.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from picketlint.base.lazy import regex
from picketlint.base.records import NamedTuple

# What follows the first quote of a string.
_DOUBLE = r"""(?: ""[^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* "{3} | [^"\\\n]* (?: \\. [^"\\\n]* )* " )"""
_SINGLE = _DOUBLE.replace('"', "'")
# With a fourth sign, which is in no Python, `re` finds the first of them in three quarters of the time.
_COMMENT_OR_STRING = rf"(?sx) \#[^\r\n]* | \" {_DOUBLE} | ' {_SINGLE} | \0"
# The same in bytes whose quotes and number signs are marked, but for those that are escaped: one byte is found in a
# fifth of the time that one of three takes. A string that is a name ends before its last mark, another one at a quote,
# or it is a quote alone, where none ends it.
_MARK, _STROKES = b"\xff", b"\xfe"
_MARKED_DOUBLE = r"""(?: \xff" \xff" [^\xff]* (?: \xff (?!" \xff" \xff") [^\xff]* )* (?: \xff" ){3}
    | [^\xff\n]* (?: (?: \xff (?!") | (?<=\\)\n ) [^\xff\n]* )* \xff" )?"""
_MARKED_SINGLE = _MARKED_DOUBLE.replace('"', "'")
_MARKED_NAME = r""" "[\w.]+(?=\xff") | '[\w.]+(?=\xff') """
_NO_CODE = regex(
    rf"""(?x) \xff (?: \#[^\n]* | ( {_MARKED_NAME} ) \xff | ( " {_MARKED_DOUBLE} | ' {_MARKED_SINGLE} ) )""".encode()
)
# The same in three quotes each, looked for apart: the expression above sees no further than one.
_LONG_NAME = regex(rb"""(["'])(?:\xff\1){2}[\w.]+(?:\xff\1){3}""")
_ESCAPED = regex(rb"\\[\\\xff]")
_FORMATTED = tuple(kind + raw for kind in (b"f", b"F", b"t", b"T") for raw in (b"", b"r", b"R"))
# The content of an f-string in whose fields there is nothing but pairs of quotes with neither braces nor escapes.
_PLAIN_FIELDS = regex(rb"""(?:[^{}]|\{\{|\}\}|\{(?:[^{}"'#\\]|'[^'{}#\\]*'|"[^"{}#\\]*")*\})*""")
_FIELD = regex(rb"\{[^{}]*\}")
_NESTING = sys.version_info >= (3, 12)
_LONGEST_PREFIX = 2
_NO_BRACES = bytes(byte for byte in range(256) if byte not in b"{}")


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


def code(data: bytes) -> bytes | None:
    """A module's bytes, in an encoding based on ASCII, without its comments and strings; None where it cannot be told.

    Of f-strings the fields stay, as they hold code, and so do strings that are a name, with dots or without, as
    ``getattr`` takes it. Lines end in a line feed alone.
    """
    if _MARK in data or _STROKES in data:
        # Neither is in UTF-8.
        return None
    found = _NO_CODE.split(_marked(data))
    kept = [b" " if name is None else name for name in found[1::3]]
    for place, string in enumerate(found[2::3]):
        if string is None:
            continue
        alone = len(string) == 1
        if found[3 * place].endswith(_FORMATTED):
            fields = None if alone else _fields(_unmarked(string))
            if fields is None:
                # An f-string that holds others, or the file is broken.
                return None
            kept[place] = fields
        elif alone or _LONG_NAME.fullmatch(string):
            kept[place] = string
    found[1::3] = kept
    found[2::3] = [b""] * len(kept)
    return _unmarked(b"".join(found))


def _marked(data: bytes) -> bytes:
    """The bytes with a mark before each quote and number sign that no backslash escapes, and the lines Python sees.

    Of two strokes that are one in a string, one sign is left.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for sign in (b"#", b'"', b"'"):
        data = data.replace(sign, _MARK + sign)
    if b"\\" not in data:
        return data
    return _ESCAPED.sub(lambda found: b"\\" if found[0].endswith(_MARK) else _STROKES, data)


def _unmarked(data: bytes) -> bytes:
    return data.replace(_MARK, b"").replace(_STROKES, b"\\\\")


def _fields(string: bytes) -> bytes | None:
    """An f-string without the text between its fields; all of it where braces stand within braces; in one line.

    None where what looks like one may be the beginning of one that holds others.
    """
    if b"{" in string and _NESTING:
        quotes = 3 if string.startswith((b'"""', b"'''")) else 1
        if _PLAIN_FIELDS.fullmatch(string, quotes, len(string) - quotes) is None:
            return None
    if string.translate(None, _NO_BRACES) != b"{}" * string.count(b"{"):
        return string.replace(b"\n", b" ")
    return b" %s " % b"".join(_FIELD.findall(string)).replace(b"\n", b" ")


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

    from picketlint.base.lines import line_starts

    starts = line_starts(text)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, SyntaxError):
        return
