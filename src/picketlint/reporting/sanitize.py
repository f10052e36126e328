"""Text from scanned files and file names, made safe to print.

A terminal obeys control characters, and bidirectional controls make code read as what it is not (CVE-2021-42574), so
neither may reach one. What an encoding does not hold is written as an escape as well, before anything is measured.
"""

from __future__ import annotations

import re
from functools import lru_cache

# C0 and C1 controls, line and paragraph separators, every bidirectional control, surrogates, and what Unicode
# deprecates for its invisible effect (U+206A-206F, tags).
_UNSAFE = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
_SURROGATE = "[\ud800-\udfff]"


def escape(text: str, encoding: str = "utf-8") -> str:
    r"""``text`` on one line and plain to see: ``\x1b``, ``\u202e``, ``\n``, and ``\xff`` for a stray byte.

    What ``encoding`` does not hold is escaped too, so the result always encodes.
    """
    if text.isascii() and text.isprintable():
        return text
    safe = re.sub(_UNSAFE, _escaped, text)
    return safe if is_unicode(encoding) else safe.encode(encoding, "backslashreplace").decode(encoding)


def without_surrogates(text: str) -> str:
    """``text`` with stray bytes and lone surrogates escaped: strict JSON parsers refuse a document that has one."""
    return re.sub(_SURROGATE, _escaped, text)


@lru_cache(maxsize=8)
def is_unicode(encoding: str) -> bool:
    """Whether an encoding holds every character."""
    import codecs

    return codecs.lookup(encoding).name.startswith("utf-")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        # How Python smuggles an undecodable byte through a str (PEP 383).
        return f"\\x{code - 0xDC00:02x}"
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if named is not None:
        return named
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
