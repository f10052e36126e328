"""Whether the name of a credential gets no value where it stands, told from the bytes around it.

Most files that speak of credentials read them from the environment and hand them on under their own names; those need
not be parsed. What is not seen to be harmless counts.
"""

from __future__ import annotations

from collections.abc import Callable

from picketlint.lazy import regex

_LINE = 300
# Where an expression that looks complete goes on: with an assignment, a comparison, a method, what is taken instead;
# what stands behind a long comment is not looked at, so that none is read again and again.
_GOES_ON = (
    rb"(?:[)\]}\s]|#[^\n]{0,120}\n){0,60}(?:[=!]=|:?=|[.,:+%]|#[^\n]{121}|(?:in|not|or|and)\b|else\b(?!\s*:)"
    rb"|if\b(?![^\n]{0,200}:[ \t]*(?:#[^\n]*)?\r?\n))"
)
_ENDS = rb"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)(?!%s)" % _GOES_ON
_PLAIN_TYPE = rb"(?:str|bytes|bool|Any|SecretStr|None)"
_TYPE = rb"(?:Optional\[)?%s\]?(?:[ \t]*\|[ \t]*%s){0,3}" % (_PLAIN_TYPE, _PLAIN_TYPE)
_ENVIRONMENT = rb"os\.(?:environ\[[\"']\w+[\"']\]|(?:environ\.get|getenv)\([\"']\w+[\"']\))"
_TAKEN = rb"(?:None|True|False|%s|(?:\w+\.){0,6}(\w+))" % _ENVIRONMENT
# Each begins behind a name. What it is given:
_GIVEN = regex(rb"(?:[ \t]*:[ \t]*%s)?[ \t]*=[ \t]*%s(?:[ \t]*[,)](?!%s)|%s)" % (_TYPE, _TAKEN, _GOES_ON, _ENDS))
# It is declared, read, called, part of another name; a word in a sentence, or what a sentence explains.
_HARMLESS = regex(
    rb"[ \t]*:[ \t]*%s(?:[ \t]*[,)]|%s)|[)\]}](?!%s)|,?%s|[ \t]*:[ \t]*(?:#[^\n]*)?\r?\n|[ \t]+(?:and|or|if|else|is)\b|"
    rb"[ \t]*\(|\.(?!(?:strip|encode|lower|get_secret_value|get|getenv|pop)\b)(?:\w|[ \r\n\"'])|"
    rb"[ \t]*:[ \t]+[A-Z]?[a-z]{1,9}(?=[ \t,\r\n]|\.[ \t\r\n])(?![^\n]*=)" % (_TYPE, _ENDS, _GOES_ON, _ENDS)
)
_IN_A_CALL = regex(rb"[\w\])]\([^()\[\]{}]*\Z")
# It is looked up by its name in a string, and nothing is taken instead.
_LOOKED_UP = regex(rb"[\"'][ \t]*[)\]](?!%s)" % _GOES_ON)
# Lines that are joined, and line ends and blanks that hardly any program has: the expressions above do not know them.
_ODD = regex(rb"\\\s|\r(?!\n)|\f")
_LOOKS_UP = regex(rb"[\w\])][(\[][ \t]*[bBrRuU]?[\"']\Z")


def is_unbound(data: bytes, start: int, end: int, is_name: Callable[[bytes], bool]) -> bool:
    """Whether the name from ``start`` to ``end`` (0-based, exclusive) gets no value there and is compared with none."""
    line = data[max(start - _LINE, 0) : start].rpartition(b"\n")[2]
    if len(line) == _LINE or _ODD.search(data, end, end + _LINE) is not None or _is_compared(data, start, line):
        return False
    if _LOOKED_UP.match(data, end):
        return _LOOKS_UP.search(line) is not None
    # Several names can be assigned to at once: of what is given to them nothing is known here.
    alone = not line.strip() or _IN_A_CALL.search(line) is not None
    given = _GIVEN.match(data, end)
    if given is not None:
        return (alone or b"," not in line) and (given[1] is None or is_name(given[1]))
    return _HARMLESS.match(data, end) is not None or (data.startswith(b",", end) and alone and bool(line.strip()))


def _is_compared(data: bytes, start: int, line: bytes) -> bool:
    """Whether a comparison stands before a name: in its line, at the end of the one before, or around it as a call."""
    before = data[max(start - len(line) - _LINE, 0) : start - len(line)]
    if before.rstrip(b" \t\r\n\\(").endswith((b"==", b"!=")) or b"compare_digest" in before:
        return True
    return any(sign in line for sign in (b"==", b"!=", b"compare_digest"))
