"""The comments of a module, by line: read with one pattern, where tokenizing would cost more than parsing.

Comments and strings are all there is to tell apart, for a ``#`` stands in nothing else. What replaces a field of an
f-string may hold strings and comments of its own since Python 3.12 (PEP 701); a text with such a one is tokenized.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache

from picketlint.records import NamedTuple

# What follows the first quote of a string.
_DOUBLE = r"""(?: ""[^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* "{3} | [^"\\\n]* (?: \\. [^"\\\n]* )* " )"""
_SINGLE = _DOUBLE.replace('"', "'")
_COMMENT_OR_STRING = rf"(?sx) \#[^\r\n]* | \" {_DOUBLE} | ' {_SINGLE}"
# The same, and the beginning of an f-string that cannot be told from here. It begins with one of three signs, which
# are looked for quickly; what follows each of them comes after.
_NO_CODE = rf"""(?sx) ( ["'\#] (?:
    (?<=\#) [^\r\n]* | (?<=") {_DOUBLE} | (?<=') {_SINGLE} | (?<=[fFtT]["']) | (?<=[fFtT][rR]["']) ) )"""
_FORMATTED = tuple(kind + raw for kind in (b"f", b"F", b"t", b"T") for raw in (b"", b"r", b"R"))
# The content of an f-string in whose fields there is nothing but pairs of quotes with neither braces nor escapes.
_PLAIN_FIELDS = r"""(?:[^{}]|\{\{|\}\}|\{(?:[^{}"'#\\]|'[^'{}#\\]*'|"[^"{}#\\]*")*\})*"""
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
    ``getattr`` takes it.
    """
    found = _no_code().split(data)
    for place in range(1, len(found), 2):
        part = found[place]
        if part[:1] == b"#":
            found[place] = b" "
        elif found[place - 1].endswith(_FORMATTED):
            if len(part) == 1 or (_NESTING and not _has_plain_fields(part)):
                # An f-string that holds others, or the file is broken.
                return None
            found[place] = _fields(part)
        elif not _is_name(part):
            found[place] = b" "
    return b"".join(found)


def _is_name(part: bytes) -> bool:
    return part[1:-1].replace(b".", b"_").replace(b"_", b"x").isalnum()


def _fields(part: bytes) -> bytes:
    """An f-string without the text between its fields; all of it where braces stand within braces, or nothing does."""
    if part.translate(None, _NO_BRACES) != b"{}" * part.count(b"{") or _is_name(part):
        return part
    return b" %s " % b"".join(re.findall(rb"\{[^{}]*\}", part))


def _has_plain_fields(part: bytes) -> bool:
    quotes = 3 if part.startswith((b'"""', b"'''")) else 1
    return b"{" not in part or re.fullmatch(_PLAIN_FIELDS.encode(), part[quotes:-quotes]) is not None


@cache
def _no_code() -> re.Pattern[bytes]:
    return re.compile(_NO_CODE.encode())


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
