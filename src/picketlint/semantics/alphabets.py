r"""Which characters a text can hold that a regular expression matches as a whole.

Only what is plain is read: classes, ``\w``, ``\d``, ``\s``, literals, groups, alternatives and quantifiers. Anything
else, such as ``.``, a negated class or a look-around, means that nothing is known.
"""

from __future__ import annotations

from string import ascii_letters, digits

from picketlint.base.lazy import regex

MAX_PATTERN = 400
_WORD = frozenset(ascii_letters + digits + "_")
_CLASSES = {"w": _WORD, "d": frozenset(digits), "s": frozenset(" \t\n\r\f\v")}
_LITERAL_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
_QUANTIFIER = regex(r"[*+?][+?]?|\{\d*,?\d*\}[+?]?")
_GROUP = regex(r"\((?:\?:|\?P<\w+>)?")
# Letters of other scripts are letters to a shell and to Python alike: one stands for all.
_BEYOND_ASCII = "\u00e9"


def matched(pattern: str, extent: str) -> frozenset[str] | None:
    """The characters of a text that a pattern matches ``whole``, from its ``beginning`` or ``anywhere``, if told."""
    if len(pattern) > MAX_PATTERN:
        return None
    body, first = pattern, extent in ("whole", "beginning")
    for anchor in ("^", r"\A"):
        if body.startswith(anchor):
            body, first = body.removeprefix(anchor), True
    last = extent == "whole"
    for anchor in (r"\Z", r"\z", "$"):
        if body.endswith(anchor) and not body.endswith("\\" + anchor):
            body, last = body.removesuffix(anchor), True
            break
    anchored_apart = extent != "whole" and "|" in _outside_groups(body)
    return _alphabet(body) if first and last and not anchored_apart else None


def refused(pattern: str) -> frozenset[str] | None:
    """The characters of a text in which a search for ``[^...]`` finds nothing."""
    body = pattern.removesuffix("+").removesuffix("*")
    if not body.startswith("[^") or len(body) > MAX_PATTERN or body.find("]", 3) != len(body) - 1:
        return None
    return _alphabet("[" + body[2:])


def captured(pattern: str, group: int | str) -> frozenset[str] | None:
    """The characters of what a group, by its number or its name, takes from a text; 0 is all that is matched."""
    if len(pattern) > MAX_PATTERN:
        return None
    body = pattern if group == 0 else _group(pattern, group)
    return _alphabet(body) if body is not None else None


def _group(pattern: str, wanted: int | str) -> str | None:
    """What is written between the brackets of a group; None too where flags in the pattern change how it is read."""
    number, index = 0, 0
    opened: list[tuple[int, bool]] = []
    while index < len(pattern):
        char = pattern[index]
        if char == "[":
            index = _behind_class(pattern, index)
            continue
        if char == "(":
            opening = _GROUP.match(pattern, index)
            begin = opening.end() if opening else index + 1
            named = pattern.startswith("(?P<", index)
            if pattern[index + 1 : index + 2] == "?" and pattern[index + 2 : index + 3].isalpha() and not named:
                return None
            counted = named or pattern[index + 1 : index + 2] != "?"
            number += counted
            opened.append((begin, counted and wanted in (number, pattern[index + 4 : begin - 1] if named else None)))
        elif char == ")" and opened:
            begin, found = opened.pop()
            if found:
                return pattern[begin:index]
        index += 2 if char == "\\" else 1
    return None


def _behind_class(pattern: str, index: int) -> int:
    """The place behind a class in square brackets, in which a closing one that comes first stands for itself."""
    index += 2 if pattern.startswith("[^", index) else 1
    first = index
    while index < len(pattern) and (pattern[index] != "]" or index == first):
        index += 2 if pattern[index] == "\\" else 1
    return index + 1


def _outside_groups(body: str) -> str:
    kept, depth, index = "", 0, 0
    while index < len(body):
        char = body[index]
        index += 2 if char == "\\" else 1
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(char, 0)
        kept += char if depth == 0 else ""
    return kept


def _alphabet(body: str) -> frozenset[str] | None:
    found: set[str] = set()
    index = 0
    while index < len(body):
        char = body[index]
        if char == "[":
            read = _class(body, index + 1)
            if read is None:
                return None
            chars, index = read
            found |= chars
            continue
        if char == "(":
            opening = _GROUP.match(body, index)
            index = opening.end() if opening else index + 1
            if body[index : index + 1] == "?":
                return None
            continue
        quantifier = _QUANTIFIER.match(body, index)
        if quantifier is not None:
            index = quantifier.end()
        elif char in ".^$":
            return None
        elif char in ")|":
            index += 1
        else:
            chars_here = _one(body, index)
            if chars_here is None:
                return None
            found |= chars_here
            index += 2 if char == "\\" else 1
    return frozenset(found)


def _one(body: str, index: int) -> frozenset[str] | None:
    """The characters that a literal or an escape stands for."""
    char = body[index]
    if char != "\\":
        return frozenset(char if char.isascii() else _BEYOND_ASCII)
    escaped = body[index + 1 : index + 2]
    if escaped in _CLASSES and escaped:
        return _CLASSES[escaped]
    if escaped in _LITERAL_ESCAPES:
        return frozenset(_LITERAL_ESCAPES[escaped])
    return frozenset(escaped) if escaped and not escaped.isalnum() else None


def _class(body: str, index: int) -> tuple[set[str], int] | None:
    """The characters of a class, and where it ends; None for one that is negated or not understood."""
    if body[index : index + 1] == "^":
        return None
    found: set[str] = set()
    begin = index
    while index < len(body):
        char = body[index]
        if char == "]" and index > begin:
            return found, index + 1
        chars = _one(body, index)
        if chars is None or char == "[":
            return None
        index += 2 if char == "\\" else 1
        if body[index : index + 1] == "-" and body[index + 1 : index + 2] not in ("]", "") and len(chars) == 1:
            upper = _one(body, index + 1)
            if upper is None or len(upper) != 1:
                return None
            index += 3 if body[index + 1] == "\\" else 2
            chars = _range(min(chars), min(upper))
        found |= chars
    return None


def _range(low: str, high: str) -> frozenset[str]:
    within = frozenset(map(chr, range(ord(low), min(ord(high), 127) + 1)))
    return within if high.isascii() else within | {_BEYOND_ASCII}
