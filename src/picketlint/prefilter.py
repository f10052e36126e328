"""Which rules can fire in a file at all, told from its bytes alone.

Sound because a Python identifier can be neither split nor escaped: a rule that needs a name needs the name's bytes. (A
string can be both; that only matters for a key that somebody takes pains to hide, ``{"weights_" "only": False}``.)
Where that does not hold (an encoding that is not plain ASCII text, identifiers in compatibility characters that Python
folds into ASCII letters), every rule may fire.
"""

from __future__ import annotations

from picketlint.lazy import kept
from picketlint.registry import Entry
from picketlint.source import declared_encoding

# `re` is imported where it is used: most files hold none of what the expressions begin with.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# The UTF-8 of every character whose NFKC form holds an ASCII letter, digit or underscore and that may stand in an
# identifier (PEP 3131); tests/test_prefilter.py derives them from the Unicode database.
_FOLDED = rb"""\xc2[\xaa\xba] | \xc4[\xb2\xb3\xbf] | \xc5[\x80\x89\xbf] | \xc7[\x84-\x8c\xb1-\xb3]
    | \xca[\xb0\xb2\xb3\xb7\xb8] | \xcb[\xa1-\xa3]
    | \xe1(?: \xb4[\xac-\xbf] | \xb5[\x80-\xa5] | \xb6[\x9c\xa0\xbb] | \xba\x9a )
    | \xe2(?: \x81[\xb1\xbf] | \x82[\x90-\x9c] | \x85[\x85-\x89\xa0-\xbf] | \xb1[\xbc\xbd]
      | \x84[\x82\x8a-\x8e\x90-\x93\x95\x99-\x9d\xa4\xa8\xaa\xac\xad\xaf-\xb1\xb3\xb4\xb9] )
    | \xea\x9f[\xb2-\xb4]
    | \xef(?: \xac[\x80-\x86] | \xb8[\xb3\xb4] | \xb9[\x8d-\x8f] | \xbc[\x90-\x99\xa1-\xba\xbf] | \xbd[\x81-\x9a] )
    | \xf0(?: \x90\x9e\xa5 | \x9d[\x90-\x9a] | \x9d\x9f[\x8e-\xbf] | \x9f\xaf[\xb0-\xb9] )"""
# Encodings in which bytes below 0x80 are ASCII and nothing else is.
_ASCII_BASED = frozenset({"ascii", "us-ascii", "latin-1", "iso-8859-1", "iso-latin-1", "iso-8859-15", "cp1252"})


def candidates(rules: Iterable[Entry], data: bytes) -> tuple[Entry, ...]:
    """Those of the rules that can fire in a file with these bytes."""
    if not _plain(data):
        return tuple(rules)
    held = _Held(data)
    return tuple(rule for rule in rules if not rule.triggers or _triggered(rule, held))


def _plain(data: bytes) -> bool:
    """Whether an ASCII name that the parser sees is in the bytes as it is."""
    encoding = declared_encoding(data)
    if encoding in ("utf-8", "utf8"):
        return data.isascii() or not _folded(data)
    return data.isascii() and encoding in _ASCII_BASED


def _folded(data: bytes) -> bool:
    """Whether UTF-8 holds a character that Python folds into an ASCII letter, digit or underscore."""
    import re

    return re.search(_FOLDED, data, re.VERBOSE) is not None


class _Held(dict["bytes | str", bool]):
    """Which needles a file holds, and which expressions match in it; each is looked for once for all triggers."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __missing__(self, part: bytes | str) -> bool:
        found = self[part] = part in self._data if isinstance(part, bytes) else self._matches(part)
        return found

    def _matches(self, expression: str) -> bool:
        # To compile an expression costs more than to look for what it begins with.
        if _beginning(expression) not in self._data:
            return False
        import re

        return re.search(expression.encode(), self._data) is not None


@kept
def _beginning(expression: str) -> bytes:
    """The plain characters that an expression begins with."""
    end = 0
    while expression[end : end + 1].isalnum() or expression[end : end + 1] in ("_", "-"):
        end += 1
    optional = expression[end : end + 1] in ("?", "*", "{", "|")
    return expression[: max(end - optional, 0)].encode()


def _triggered(rule: Entry, held: _Held) -> bool:
    for trigger in rule.triggers:
        if all(held[part] for part in trigger) if isinstance(trigger, tuple) else held[trigger]:
            return True
    return False
