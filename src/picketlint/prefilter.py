"""Which rules can fire in a file at all, told from its bytes alone.

Sound because a Python identifier can be neither split nor escaped: a rule that needs a name needs the name's bytes.
Where that does not hold (an encoding that is not a superset of ASCII, identifiers in compatibility characters that
Python folds into ASCII letters), every rule may fire.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from picketlint.registry import Entry

# The UTF-8 beginnings of every character whose NFKC form holds an ASCII letter, digit or underscore and that may stand
# in an identifier (PEP 3131); tests/test_prefilter.py derives them from the Unicode database.
_FOLDED = re.compile(
    rb"\xc2[\xaa\xba]|\xc4[\xb2\xb3\xbf]|\xc5[\x80\x89\xbf]|\xc7[\x84-\x8c\xb1-\xb3]|[\xca\xcb][\x80-\xbf]|\xe1[\xb4-\xbe]|\xe2[\x81-\x86]"
    rb"|\xe2\xb1\xbc|\xe3[\x88-\x8f]|\xea[\x9d\x9f\xac\xad]|\xef[\xac\xb8\xb9\xbc\xbd]|\xf0\x9d[\x90-\x9f]|\xf0\x9f[\x84\xaf]"
    rb"|\xf0\x90\x9e"
)
_OTHER_CODING = re.compile(rb"coding[:=][ \t]*(?!utf-?_?8\b|ascii\b|latin-?_?1\b|iso-?8859-)[-\w.]", re.IGNORECASE)


def candidates(rules: Iterable[Entry], data: bytes) -> tuple[Entry, ...]:
    """Those of the rules that can fire in a file with these bytes."""
    if b"\0" in data or _OTHER_CODING.search(data, 0, 512) or (not data.isascii() and _FOLDED.search(data)):
        return tuple(rules)
    return tuple(rule for rule in rules if not rule.triggers or _triggered(rule, data))


def _triggered(rule: Entry, data: bytes) -> bool:
    for trigger in rule.triggers:
        if isinstance(trigger, bytes):
            if trigger in data:
                return True
        elif all(part in data for part in trigger):
            return True
    return False
